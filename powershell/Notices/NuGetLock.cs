using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Xml.Linq;

namespace PSScim.Notices;

/// <summary>
/// The NuGet packages of <c>packages.lock.json</c>. They are what the module is compiled against; none of them ships.
/// </summary>
internal static class NuGetLock
{
    internal static List<Component> Read(string path, string packages)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        Dictionary<string, JsonElement> locked = document.RootElement.GetProperty("dependencies").EnumerateObject()
            .SelectMany(framework => framework.Value.EnumerateObject())
            .ToDictionary(package => package.Name, package => package.Value.Clone(), StringComparer.OrdinalIgnoreCase);
        return [.. locked.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => Describe(p.Key, p.Value, locked, packages))];
    }

    private static Component Describe(string name, JsonElement package, Dictionary<string, JsonElement> locked, string packages)
    {
        string version = Version(package);
        IEnumerable<string> needs = package.TryGetProperty("dependencies", out JsonElement dependencies)
            ? dependencies.EnumerateObject().Select(d => Purl(d.Name, Version(locked[d.Name]))).Order(StringComparer.Ordinal)
            : [];
        (string? license, string? url) = License(name, version, packages);
        byte[] hash = Convert.FromBase64String(package.GetProperty("contentHash").GetString()!);
        return new Component(
            name, version, Purl(name, version), license, url, ("SHA-512", Convert.ToHexStringLower(hash)),
            Folder: null, Authors: [], Ships: false, [.. needs]);
    }

    private static (string? Expression, string? Url) License(string name, string version, string packages)
    {
#pragma warning disable CA1308 // NuGet's folders are lower case.
        string id = name.ToLowerInvariant();
#pragma warning restore CA1308
        XElement metadata = XDocument.Load(Path.Combine(packages, id, version, id + ".nuspec")).Root!.Elements().First(e => e.Name.LocalName == "metadata");
        XElement? license = metadata.Elements().FirstOrDefault(e => e.Name.LocalName == "license" && e.Attribute("type")?.Value == "expression");
        string? url = metadata.Elements().FirstOrDefault(e => e.Name.LocalName == "licenseUrl")?.Value;
        return license is not null ? (license.Value, null)
            : url is not null ? (null, url)
            : throw new InvalidDataException($"{name} {version} names no licence.");
    }

    private static string Version(JsonElement package) => package.GetProperty("resolved").GetString()!;

    private static string Purl(string name, string version) => $"pkg:nuget/{name}@{version}";
}
