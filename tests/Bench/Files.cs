using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;

namespace PSScim.Bench;

/// <summary>Where things are in the checkout.</summary>
internal static class Files
{
    internal static string Root { get; } = typeof(Files).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(a => a.Key == "RepositoryRoot").Value!;

    /// <summary>The module as it is installed.</summary>
    internal static string Module { get; } = Path.Combine(Root, "out", "PSScim");

    internal static string Manifest { get; } = Path.Combine(Module, "PSScim.psd1");

    internal static string Emulator { get; } = Program("scim-emulator");

    internal static string Limit { get; } = Program(Path.Combine("examples", "fetch_pages"));

    internal static string Library => Directory
        .EnumerateFiles(Path.Combine(Module, "runtimes"), "*scim_native.*", SearchOption.AllDirectories)
        .First(f => f.Contains(RuntimeInformation.RuntimeIdentifier.Split('-')[^1], StringComparison.Ordinal));

    private static string Program(string name) =>
        Path.Combine(Root, "target", "release", name + (OperatingSystem.IsWindows() ? ".exe" : ""));
}
