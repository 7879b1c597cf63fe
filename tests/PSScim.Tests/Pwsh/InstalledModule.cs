using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using PSScim.Tests.Cmdlets;

namespace PSScim.Tests.Pwsh;

/// <summary>A module path of its own with copies of out/PSScim in it, and pwsh as a fresh process over it.</summary>
internal sealed class InstalledModule : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("psscim-installed-");

    /// <summary>A folder for PSModulePath.</summary>
    internal string ModulePath => _root.FullName;

    /// <summary>This machine's runtime id, as the module spells it.</summary>
    internal static string Rid { get; } = PSScim.Native.Library.RuntimeId();

    internal static string LibraryName { get; } =
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "scim_native.dll"
        : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? "libscim_native.dylib"
        : "libscim_native.so";

    /// <summary>Copies the built module to <c>PSScim</c>, or to <c>PSScim/version</c> with that version in its manifest.</summary>
    internal string Install(string? version = null, string? prerelease = null)
    {
        string target = version is null ? Path.Combine(ModulePath, "PSScim") : Path.Combine(ModulePath, "PSScim", version);
        Copy(new DirectoryInfo(Path.GetDirectoryName(Engine.ModulePath)!), Directory.CreateDirectory(target));
        if (version is not null)
        {
            string manifest = Path.Combine(target, "PSScim.psd1");
            string text = File.ReadAllText(manifest);
            text = System.Text.RegularExpressions.Regex.Replace(text, @"(ModuleVersion\s*=\s*)'[^']*'", $"$1'{version}'");
            text = System.Text.RegularExpressions.Regex.Replace(text, @"(Prerelease\s*=\s*)'[^']*'", $"$1'{prerelease}'");
            File.WriteAllText(manifest, text);
        }
        return target;
    }

    /// <summary>Where the native library of an installed copy is for this machine.</summary>
    internal static string LibraryOf(string module) => Path.Combine(module, "runtimes", Rid, "native", LibraryName);

    /// <summary>Runs a command in a fresh process that has this module path and no other, nor a profile folder.</summary>
    internal Task<PwshResult> Run(string command, IReadOnlyDictionary<string, string?>? more = null)
    {
        var environment = new Dictionary<string, string?>
        {
            ["PSModulePath"] = ModulePath,
            ["XDG_DATA_HOME"] = Path.Combine(ModulePath, "nobody"),
        };
        foreach ((string name, string? value) in more ?? new Dictionary<string, string?>())
            environment[name] = value;
        return PwshProcess.Run(["-Command", command], environment);
    }

    public void Dispose()
    {
        if (!OperatingSystem.IsWindows())
            foreach (DirectoryInfo folder in _root.GetDirectories("*", SearchOption.AllDirectories))
                folder.UnixFileMode |= UnixFileMode.UserWrite;
        _root.Delete(recursive: true);
    }

    private static void Copy(DirectoryInfo from, DirectoryInfo to)
    {
        foreach (FileInfo file in from.GetFiles())
            file.CopyTo(Path.Combine(to.FullName, file.Name));
        foreach (DirectoryInfo folder in from.GetDirectories())
            Copy(folder, to.CreateSubdirectory(folder.Name));
    }
}
