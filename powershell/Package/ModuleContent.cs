using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;

namespace PSScim.Package;

/// <summary>A module as it was laid out: its manifest and its files, checked for what does not belong in a package.</summary>
internal sealed class ModuleContent
{
    /// <summary>The platforms of a release, and the name of the library on each.</summary>
    internal static readonly IReadOnlyDictionary<string, string> AllPlatforms = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["linux-arm64"] = "libscim_native.so",
        ["linux-musl-x64"] = "libscim_native.so",
        ["linux-x64"] = "libscim_native.so",
        ["osx-arm64"] = "libscim_native.dylib",
        ["osx-x64"] = "libscim_native.dylib",
        ["win-arm64"] = "scim_native.dll",
        ["win-x64"] = "scim_native.dll",
        ["win-x86"] = "scim_native.dll",
    };

    /// <summary>All that a package may hold beside the native libraries.</summary>
    private static readonly Regex s_known = new(
        @"^(PSScim\.dll|PSScim\.psd1|[\w.]+\.(Format|Types)\.ps1xml|icon\.png|LICENSE(-\w+)?|THIRD-PARTY-NOTICES\.txt|PSScim\.cdx\.json"
        + @"|[a-z]{2}-[A-Z]{2}/[\w.-]+(\.dll-Help\.xml|\.help\.txt))$");

    /// <summary>What it is made of and under which terms: a package without them may not be handed on.</summary>
    private static readonly string[] s_papers = ["LICENSE-APACHE", "LICENSE-MIT", "PSScim.cdx.json", "THIRD-PARTY-NOTICES.txt"];

    private readonly Hashtable _manifest;
    private readonly Hashtable _psData;

    private ModuleContent(string folder, Hashtable manifest, string[] files)
    {
        (Folder, _manifest, Files) = (folder, manifest, files);
        _psData = (manifest["PrivateData"] as Hashtable)?["PSData"] as Hashtable
            ?? throw new InvalidDataException("The manifest has no PrivateData.PSData.");
        Platforms = [.. AllPlatforms.Keys.Where(rid => files.Contains(LibraryOf(rid)))];
    }

    internal string Folder { get; }

    /// <summary>Paths in the module, with <c>/</c>, in ordinal order.</summary>
    internal string[] Files { get; }

    internal string[] Platforms { get; }

    /// <summary>The native libraries that are there, by their paths in the module.</summary>
    internal IReadOnlyDictionary<string, NativeLibrary> Libraries { get; private set; } = new Dictionary<string, NativeLibrary>();

    /// <summary>The version in the Gallery's spelling: <c>0.2.0-beta1</c>.</summary>
    internal string Version => Text("ModuleVersion") + (PSData("Prerelease") is { Length: > 0 } label ? "-" + label : "");

    internal string[] Cmdlets => Strings(_manifest["CmdletsToExport"]);

    internal string[] Tags => Strings(_psData["Tags"]);

    internal string Text(string key) =>
        _manifest[key]?.ToString() ?? throw new InvalidDataException($"The manifest has no {key}.");

    internal string PSData(string key) =>
        _psData[key]?.ToString() ?? throw new InvalidDataException($"The manifest's PSData has no {key}.");

    /// <exception cref="InvalidDataException">The module is not fit to be packed; the message says why.</exception>
    internal static ModuleContent Read(string folder, bool isRelease)
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
                .Order(StringComparer.Ordinal),
        ];
        var content = new ModuleContent(folder, Manifest(Path.Combine(folder, "PSScim.psd1")), files);
        content.Check(isRelease);
        return content;
    }

    private void Check(bool isRelease)
    {
        string[] libraries = [.. AllPlatforms.Keys.Select(LibraryOf)];
        string[] stray = [.. Files.Where(file => !s_known.IsMatch(file) && !libraries.Contains(file))];
        if (stray.Length > 0)
            throw new InvalidDataException($"{Folder} holds what does not belong in a package: {string.Join(", ", stray)}. Delete it and build again.");
        string[] named = [Text("RootModule"), .. Strings(_manifest["FormatsToProcess"]), .. Strings(_manifest["TypesToProcess"]), .. Strings(_manifest["FileList"])];
        string[] absent = [.. named.Select(file => file.Replace('\\', '/')).Except(Files)];
        if (absent.Length > 0)
            throw new InvalidDataException($"The manifest names files that are not there: {string.Join(", ", absent)}.");
        if (Platforms.Length == 0)
            throw new InvalidDataException($"{Folder} has no native library. Build the module first.");
        string[] papers = [.. s_papers.Except(Files)];
        if (papers.Length > 0)
            throw new InvalidDataException($"{Folder} has no {string.Join(" and no ", papers)}. Build the module anew.");
        if (isRelease && Problems() is { Length: > 0 } problems)
            throw new InvalidDataException("This is no release: " + string.Join(" ", problems));
        Libraries = Platforms.ToDictionary(LibraryOf, rid => new NativeLibrary(Path.Combine(Folder, LibraryOf(rid)), rid, isRelease));
        string[] unfit = [.. Libraries.SelectMany(library => library.Value.Problems.Select(problem => $"{library.Key} {problem}"))];
        if (unfit.Length > 0)
            throw new InvalidDataException(string.Join(" ", unfit));
    }

    /// <summary>What a release must have, and a package of one's own need not.</summary>
    private string[] Problems()
    {
        List<string> problems = [];
        string[] lacking = [.. AllPlatforms.Keys.Except(Platforms)];
        if (lacking.Length > 0)
            problems.Add($"It needs every platform's library, and these are not there: {string.Join(", ", lacking.Select(LibraryOf))}.");
        if (!Uri.TryCreate(PSData("ProjectUri"), UriKind.Absolute, out Uri? project) || project.Host.EndsWith(".invalid", StringComparison.Ordinal))
            problems.Add($"The project's address, {PSData("ProjectUri")}, is a placeholder: write the real one as 'repository' into Cargo.toml and build again.");
        return [.. problems];
    }

    private static string LibraryOf(string rid) => $"runtimes/{rid}/native/{AllPlatforms[rid]}";

    private static Hashtable Manifest(string path)
    {
        if (!File.Exists(path))
            throw new InvalidDataException($"{path} is not there. Build the module first.");
        ScriptBlockAst script = Parser.ParseFile(path, out _, out ParseError[] errors);
        return errors.Length == 0 && script.Find(ast => ast is HashtableAst, searchNestedScriptBlocks: false)?.SafeGetValue() is Hashtable manifest
            ? manifest
            : throw new InvalidDataException($"{path} is no module manifest.");
    }

    private static string[] Strings(object? value) => value switch
    {
        null => [],
        string one => [one],
        IEnumerable several => [.. several.Cast<object>().Select(item => item.ToString()!)],
        _ => [value.ToString()!],
    };
}
