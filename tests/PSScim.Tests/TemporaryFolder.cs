using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Runtime.CompilerServices;

namespace PSScim.Tests;

/// <summary>
/// One folder for all that a run of the tests, and the processes that it starts, leave in the folder for temporary files. It
/// goes when the run ends; that of a run that was killed goes when the next one begins.
/// </summary>
internal static class TemporaryFolder
{
    private const string Prefix = "psscim-tests-";

#pragma warning disable CA2255 // Before the first test asks for a temporary folder.
    [ModuleInitializer]
    internal static void Make()
    {
        string all = Path.GetTempPath();
        foreach (string left in Directory.EnumerateDirectories(all, Prefix + "*"))
        {
            if (int.TryParse(Path.GetFileName(left).AsSpan(Prefix.Length), CultureInfo.InvariantCulture, out int id) && !Runs(id))
                Delete(left);
        }
        string own = Path.Combine(all, Prefix + Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(own);
        foreach (string variable in OperatingSystem.IsWindows() ? (string[])["TEMP", "TMP"] : ["TMPDIR"])
            Environment.SetEnvironmentVariable(variable, own);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Delete(own);
    }
#pragma warning restore CA2255

    private static bool Runs(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A process that the tests started has a file open there, or another run deletes it too: the next run tries again.
        }
    }
}
