using System;
using System.Runtime.InteropServices;

namespace PSScim.Shell;

/// <summary>
/// Whether the terminal understands escape sequences. Windows' console does so only once it has been told to.
/// </summary>
internal static partial class EscapeSequences
{
    private const int StandardOutput = -11;
    private const uint VirtualTerminalProcessing = 4;

    internal static bool TryEnable()
    {
        if (Environment.GetEnvironmentVariable("TERM") == "dumb")
            return false;
        if (!OperatingSystem.IsWindows())
            return true;
        nint console = GetStdHandle(StandardOutput);
        return GetConsoleMode(console, out uint mode)
            && ((mode & VirtualTerminalProcessing) != 0 || SetConsoleMode(console, mode | VirtualTerminalProcessing));
    }

    [LibraryImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint GetStdHandle(int handle);

    [LibraryImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetConsoleMode(nint console, out uint mode);

    [LibraryImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetConsoleMode(nint console, uint mode);
}
