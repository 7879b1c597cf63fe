using System;
using System.Globalization;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;

namespace PSScim.Native;

/// <summary>
/// Loads scim_native, by absolute path, from <c>runtimes/&lt;rid&gt;/native/</c> beside this assembly, and makes sure
/// that it is the one this assembly was built with. No other folder is ever searched: not PATH, not the working
/// directory, and PowerShell's own probing is not relied on (it broke in 7.4.0).
/// </summary>
internal static class Library
{
    private static readonly object s_lock = new();
    private static IntPtr s_library;
    private static ScimException? s_refusal;

    /// <summary>Loads the library when that has not been done yet.</summary>
    /// <exception cref="ScimException">It is not there, cannot be loaded, or is another build's.</exception>
    internal static void Load()
    {
        lock (s_lock)
        {
            if (s_refusal is not null)
                throw s_refusal;
            if (s_library != IntPtr.Zero)
                return;
            try
            {
                s_library = Open(Folder());
            }
            catch (ScimException refusal)
            {
                // Nothing that could change while the process lives: a library once refused stays so.
                s_refusal = refusal;
                throw;
            }
        }
    }

    /// <summary>The folder of this assembly.</summary>
    private static string Folder()
    {
        string location = typeof(Library).Assembly.Location;
        return location.Length > 0 ? Path.GetDirectoryName(location)! : throw new ScimException(
            ErrorId.NativeLibraryMissing,
            "PSScim.dll was loaded from memory, so PSScim can't find the folder of its native library.");
    }

    private static IntPtr Open(string folder)
    {
        string rid = RuntimeId();
        string path = Path.Combine(folder, "runtimes", rid, "native", FileName());
        if (!File.Exists(path))
            throw Missing(folder, rid, path);
        if (NativeImage.IsCutOff(path))
            throw Unloadable(path, rid, "the file is too short.");
        IntPtr library = IsNetFramework ? OpenOnNetFramework(path, rid) : OpenOnNet(path, rid);
        ulong hash = Hash(path, rid);
        if (hash != Abi.Hash)
            throw new ScimException(
                ErrorId.NativeLibraryMismatch,
                $"The library '{path}' for this platform ({rid}) was built with another version of PSScim than the assembly " +
                $"'{typeof(Library).Assembly.Location}' (ABI {hash.ToString("x", CultureInfo.InvariantCulture)}, expected {Abi.Hash.ToString("x", CultureInfo.InvariantCulture)}).");
        return library;
    }

    private static ulong Hash(string path, string rid)
    {
        try
        {
            return NativeMethods.scim_abi_hash();
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException or BadImageFormatException)
        {
            throw new ScimException(
                ErrorId.NativeLibraryMismatch,
                $"The library '{path}' for this platform ({rid}) doesn't belong to this version of PSScim: {e.Message}");
        }
    }

    private static bool IsNetFramework =>
        RuntimeInformation.FrameworkDescription.StartsWith(".NET Framework", StringComparison.Ordinal)
        || Type.GetType("Mono.Runtime") is not null;

    /// <summary>
    /// .NET Framework finds a library for P/Invoke by its name among those that are loaded, so loading it first by its
    /// path is enough; the flags keep Windows from looking for what it imports anywhere but beside it and in System32.
    /// </summary>
    private static IntPtr OpenOnNetFramework(string path, string rid)
    {
        if (Path.DirectorySeparatorChar != '\\')
            return IntPtr.Zero + 1; // Mono on Unix, used in tests only: its own configuration says where the library is.
        const uint SearchDllLoadDirAndSystem32 = 0x100 | 0x800;
        IntPtr library = LoadLibraryEx(path, IntPtr.Zero, SearchDllLoadDirAndSystem32);
        if (library == IntPtr.Zero)
            throw Unloadable(path, rid, new System.ComponentModel.Win32Exception(Marshal.GetLastWin32Error()).Message);
        return library;
    }

    /// <summary>
    /// .NET asks a resolver. netstandard2.0 knows neither NativeLibrary nor its delegate, so both are reached by name.
    /// </summary>
    private static IntPtr OpenOnNet(string path, string rid)
    {
        Type type = Type.GetType("System.Runtime.InteropServices.NativeLibrary, System.Runtime.InteropServices", throwOnError: true)!;
        Type resolver = Type.GetType("System.Runtime.InteropServices.DllImportResolver, System.Runtime.InteropServices", throwOnError: true)!;
        IntPtr library;
        try
        {
            library = (IntPtr)type.GetMethod("Load", [typeof(string)])!.Invoke(null, [path])!;
        }
        catch (TargetInvocationException e) when (e.InnerException is DllNotFoundException or BadImageFormatException)
        {
            throw Unloadable(path, rid, e.InnerException.Message);
        }
        var resolve = new LibraryResolver(library);
        Delegate callback = Delegate.CreateDelegate(resolver, resolve, typeof(LibraryResolver).GetMethod(nameof(LibraryResolver.Resolve))!);
        type.GetMethod("SetDllImportResolver")!.Invoke(null, [typeof(Library).Assembly, callback]);
        return library;
    }

    private sealed class LibraryResolver(IntPtr library)
    {
        public IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
            name == "scim_native" ? library : IntPtr.Zero;
    }

    private static string FileName() =>
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "scim_native.dll"
        : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? "libscim_native.dylib"
        : "libscim_native.so";

    /// <summary>The runtime id of this process, in the spelling of the folders: <c>win-x64</c>, <c>linux-musl-x64</c> …</summary>
    internal static string RuntimeId()
    {
        string system = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "win"
            : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? "osx"
            : IsMusl() ? "linux-musl" : "linux";
#pragma warning disable CA1308 // Runtime ids are lower case.
        return system + "-" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
#pragma warning restore CA1308
    }

    /// <summary>Alpine and its like: told by the dynamic loader that the running process has mapped.</summary>
    private static bool IsMusl()
    {
        try
        {
            return File.ReadAllText("/proc/self/maps").Contains("/ld-musl-");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static ScimException Missing(string folder, string rid, string path)
    {
        string runtimes = Path.Combine(folder, "runtimes");
        string[] found = Directory.Exists(runtimes) ? Directory.GetDirectories(runtimes) : [];
        string list = found.Length == 0 ? "none" : string.Join(", ", Array.ConvertAll(found, Path.GetFileName));
        return new ScimException(
            ErrorId.NativeLibraryMissing,
            $"PSScim has no native library for this platform ({rid}): '{path}' doesn't exist. Platforms in this installation: {list}.");
    }

    private static ScimException Unloadable(string path, string rid, string reason) => new(
        ErrorId.NativeLibraryNotLoadable,
        $"The library '{path}' can't be loaded on this platform ({rid}). The file {NativeImage.Describe(path)}. The system reports: {reason.Trim()}");

    [DllImport("kernel32", CharSet = CharSet.Unicode, SetLastError = true, ExactSpelling = true, EntryPoint = "LoadLibraryExW")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern IntPtr LoadLibraryEx(string path, IntPtr reserved, uint flags);
}
