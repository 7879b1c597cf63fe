using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace PSScim.Notices;

/// <summary>
/// The crates from which scim_native is made, on any platform of a release, by what cargo says. What only procedural
/// macros and build scripts use runs while the library is built and does not ship.
/// </summary>
internal sealed class CrateGraph
{
    private const string Library = "scim-ffi";
    private readonly Dictionary<string, JsonElement> _packages;
    private readonly Dictionary<string, JsonElement> _nodes;
    private readonly HashSet<string> _used;

    private CrateGraph(string folder, Dictionary<(string, string), string> checksums)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "metadata.json")));
        JsonElement root = document.RootElement;
        _packages = ById(root.GetProperty("packages"));
        _nodes = ById(root.GetProperty("resolve").GetProperty("nodes"));
        HashSet<string> linked = Tree(Path.Combine(folder, "linked.txt"));
        _used = Tree(Path.Combine(folder, "used.txt"));
        string[] own = [.. root.GetProperty("workspace_members").EnumerateArray().Select(id => id.GetString()!)];
        JsonElement library = _packages[own.Single(id => Name(id) == Library)];
        (Version, Project) = (Text(library, "version"), Text(library, "repository"));
        Components =
        [
            .. _packages.Keys.Except(own).Where(id => _used.Contains(Purl(id)))
                .Select(id => Describe(id, linked.Contains(Purl(id)), checksums))
                .OrderBy(c => c.Name, StringComparer.Ordinal).ThenBy(c => c.Version, StringComparer.Ordinal),
        ];
        HashSet<string> known = [.. Components.Select(c => c.Purl)];
        Direct = [.. own.SelectMany(Needs).Where(known.Contains).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>The version of PSScim.</summary>
    internal string Version { get; }

    /// <summary>The address of PSScim's sources.</summary>
    internal string Project { get; }

    /// <summary>All but the workspace's own, by name and version.</summary>
    internal IReadOnlyList<Component> Components { get; }

    /// <summary>What the workspace's own crates need, as package URLs.</summary>
    internal IReadOnlyList<string> Direct { get; }

    /// <param name="folder">Where rust/Cargo.proj has put what cargo says.</param>
    /// <param name="checksums">Those of Cargo.lock.</param>
    internal static CrateGraph Read(string folder, Dictionary<(string Name, string Version), string> checksums) => new(folder, checksums);

    private Component Describe(string id, bool ships, Dictionary<(string, string), string> checksums)
    {
        JsonElement package = _packages[id];
        string name = Name(id), version = Text(package, "version");
        if (!checksums.TryGetValue((name, version), out string? checksum))
            throw new InvalidDataException($"Cargo.lock has no checksum of {name} {version}.");
        string license = package.GetProperty("license").GetString()
            ?? throw new InvalidDataException($"{name} {version} names no licence.");
        return new Component(
            name, version, Purl(id), Spdx(license), null, ("SHA-256", checksum),
            Path.GetDirectoryName(Text(package, "manifest_path")),
            [.. package.GetProperty("authors").EnumerateArray().Select(author => author.GetString()!)],
            ships,
            [.. Needs(id)]);
    }

    /// <summary>Before there were expressions, crates wrote a stroke for OR.</summary>
    private static string Spdx(string license) =>
        string.Join(" OR ", license.Split('/', StringSplitOptions.TrimEntries));

    /// <summary>The package URLs in lines such as <c>axum v0.8.9 (*)</c>.</summary>
    private static HashSet<string> Tree(string path) =>
    [
        .. File.ReadAllLines(path).Select(line => line.Split(' ')).Where(words => words.Length > 1)
            .Select(words => Purl(words[0], words[1].TrimStart('v'))),
    ];

    /// <summary>
    /// The metadata has the features of the tests switched on as well, so that it knows dependencies that the library
    /// has not.
    /// </summary>
    private IEnumerable<string> Needs(string id) =>
        (from dependency in _nodes[id].GetProperty("deps").EnumerateArray()
         where dependency.GetProperty("dep_kinds").EnumerateArray().Any(kind => kind.GetProperty("kind").GetString() is null or "build")
         select Purl(dependency.GetProperty("pkg").GetString()!))
        .Where(_used.Contains).Distinct().Order(StringComparer.Ordinal);

    private string Purl(string id) => Purl(Name(id), Text(_packages[id], "version"));

    private static string Purl(string name, string version) => $"pkg:cargo/{name}@{version}";

    private string Name(string id) => Text(_packages[id], "name");

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static Dictionary<string, JsonElement> ById(JsonElement list) =>
        list.EnumerateArray().ToDictionary(item => Text(item, "id"), item => item.Clone());
}
