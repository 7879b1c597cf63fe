using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PSScim.Notices;

/// <summary>Writes a CycloneDX 1.6 bill of materials. It has no clock in it, and its serial number is made of its content.</summary>
internal static class Bill
{
    private static readonly JsonSerializerOptions s_readable = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static string Json(string version, string project, IReadOnlyList<string> direct, IReadOnlyList<Component> components)
    {
        string self = $"pkg:nuget/PSScim@{version}";
        IEnumerable<string> packages = components.Where(c => c.Purl.StartsWith("pkg:nuget/", StringComparison.Ordinal)).Select(c => c.Purl);
        var content = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["component"] = new JsonObject
                {
                    ["type"] = "library",
                    ["bom-ref"] = self,
                    ["name"] = "PSScim",
                    ["version"] = version,
                    ["licenses"] = Expression("MIT OR Apache-2.0"),
                    ["purl"] = self,
                    ["externalReferences"] = new JsonArray(new JsonObject { ["type"] = "vcs", ["url"] = project }),
                },
            },
            ["components"] = new JsonArray([.. components.Select(Describe), StandardLibrary()]),
            ["dependencies"] = new JsonArray(
            [
                Edges(self, [.. direct, .. packages, StandardLibraryPurl]),
                .. components.Select(c => Edges(c.Purl, c.Needs)),
            ]),
        };
        var bill = new JsonObject
        {
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.6",
            ["serialNumber"] = "urn:uuid:" + new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(content.ToJsonString())).AsSpan(0, 16)),
            ["version"] = 1,
        };
        foreach ((string name, JsonNode? value) in content.ToArray())
        {
            content.Remove(name);
            bill[name] = value;
        }
        return bill.ToJsonString(s_readable) + "\n";
    }

    private static JsonObject Describe(Component component)
    {
        var described = new JsonObject
        {
            ["type"] = "library",
            ["bom-ref"] = component.Purl,
            ["name"] = component.Name,
            ["version"] = component.Version,
            ["scope"] = component.Ships ? "required" : "excluded",
        };
        if (component.Hash is (string algorithm, string digits))
            described["hashes"] = new JsonArray(new JsonObject { ["alg"] = algorithm, ["content"] = digits });
        described["licenses"] = component.License is { } expression
            ? Expression(expression)
            : new JsonArray(new JsonObject { ["license"] = new JsonObject { ["name"] = "See the page", ["url"] = component.LicenseUrl } });
        described["purl"] = component.Purl;
        return described;
    }

    private const string StandardLibraryPurl = "pkg:generic/rust-std";

    /// <summary>It is in the toolchain, and each platform's library may have been built by another.</summary>
    private static JsonObject StandardLibrary() => new()
    {
        ["type"] = "library",
        ["bom-ref"] = StandardLibraryPurl,
        ["name"] = "rust-std",
        ["description"] = "The Rust standard library of the toolchain, with the crates that it contains.",
        ["scope"] = "required",
        ["licenses"] = Expression("MIT OR Apache-2.0"),
        ["purl"] = StandardLibraryPurl,
    };

    private static JsonArray Expression(string spdx) => new(new JsonObject { ["expression"] = spdx });

    private static JsonObject Edges(string from, IEnumerable<string> to) => new()
    {
        ["ref"] = from,
        ["dependsOn"] = new JsonArray([.. to.Select(purl => JsonValue.Create(purl))]),
    };
}
