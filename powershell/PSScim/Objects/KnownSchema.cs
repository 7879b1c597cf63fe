using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace PSScim;

/// <summary>One attribute of the offline schema: a line of schema/attributes.tsv or schema/discovery.tsv.</summary>
internal sealed class KnownAttribute
{
    internal KnownAttribute(string resource, string schema, string path)
    {
        (Resource, Schema, Path) = (resource, schema, path);
        IsExtension = schema.IndexOf(":extension:", StringComparison.OrdinalIgnoreCase) >= 0;
        Name = IsExtension ? schema + ":" + path : path;
        int dot = path.LastIndexOf('.');
        Member = path.Substring(dot + 1);
        Parent = dot >= 0 ? Name.Substring(0, Name.Length - Member.Length - 1) : IsExtension ? schema : "";
    }

    /// <summary>A <see cref="ResourceKind"/>; Common for those that users and groups share.</summary>
    internal string Resource { get; }

    /// <summary>The schema's URN; empty for the common ones.</summary>
    internal string Schema { get; }

    /// <summary>The path inside the schema: <c>name.givenName</c>.</summary>
    internal string Path { get; }

    /// <summary>How a request names it: with the URN and a colon before the path where it is an extension's.</summary>
    internal string Name { get; }

    /// <summary>The name of what it is a member of: a complex attribute, an extension's URN, or "".</summary>
    internal string Parent { get; }

    /// <summary>The last part of the path.</summary>
    internal string Member { get; }

    /// <summary>A SCIM data type (RFC 7643 section 2.3): <c>string</c>, <c>dateTime</c>, <c>complex</c> …</summary>
    internal string Type { get; set; } = "";

    internal bool IsMultiValued { get; set; }

    /// <summary>Whether it comes without being asked for by name (RFC 7643 section 2.2).</summary>
    internal bool IsReturned { get; set; }

    /// <summary>Whether only the service sets it.</summary>
    internal bool IsReadOnly { get; set; }

    /// <summary>The values that the schema suggests (RFC 7643 section 7); empty where it suggests none.</summary>
    internal string[] CanonicalValues { get; set; } = [];

    internal string Description { get; set; } = "";

    internal bool IsExtension { get; }
}

/// <summary>
/// The attributes of Entra and of RFC 7643, known without asking a service. Paths are spelled as in filters and PATCH:
/// <c>name.givenName</c>, <c>urn:…:User:department</c>; a core schema's URN may stand before them. Case does not matter.
/// </summary>
internal static class KnownSchema
{
    /// <summary>The attribute that keeps Entra's pages of users at 100.</summary>
    internal const string Manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

    private static readonly Lazy<Tables> s_tables = new(() => new Tables([.. Load("attributes.tsv"), .. Load("discovery.tsv")]));

    internal static IReadOnlyList<KnownAttribute> All => s_tables.Value.All;

    /// <summary>The extensions' URNs, each once.</summary>
    internal static IReadOnlyList<string> Extensions => s_tables.Value.Extensions;

    /// <summary>What to name in <c>attributes</c> to get all that Entra returns of a user, less the manager.</summary>
    internal static string[] AllUserAttributesButManager =>
    [
        .. Attributes(ResourceKind.User).Where(a => a.IsReturned && !a.Path.Contains(".") && a.Name != Manager)
            .Select(a => a.Name),
    ];

    /// <summary>The attributes of a kind of resource, sub-attributes and the common ones too, in the table's order.</summary>
    internal static IEnumerable<KnownAttribute> Attributes(ResourceKind kind) => All.Where(a => Belongs(a, kind));

    /// <summary>The attribute at a path, or null where it is not known.</summary>
    internal static KnownAttribute? Find(ResourceKind kind, string path)
    {
        Dictionary<string, KnownAttribute> byPath = s_tables.Value.ByPath;
        return byPath.TryGetValue(kind + "/" + path, out KnownAttribute? found)
            || byPath.TryGetValue("Common/" + path, out found) ? found : null;
    }

    /// <summary>The same, where an attribute of an extension may be named without its URN, as in rows and parameters.</summary>
    internal static KnownAttribute? FindShort(ResourceKind kind, string path) =>
        Find(kind, path) ?? (s_tables.Value.ByShortPath.TryGetValue(kind + "/" + path, out KnownAttribute? found) ? found : null);

    internal static bool IsDateTime(ResourceKind kind, string path) => Find(kind, path) is { Type: "dateTime" };

    internal static bool IsMultiValued(ResourceKind kind, string path) => Find(kind, path) is { IsMultiValued: true };

    /// <summary>The top-level members of a resource: what its objects' properties are, in the order to show them.</summary>
    internal static IReadOnlyList<string> TopLevelNames(ResourceKind kind) => Members(kind, "");

    /// <summary>
    /// The members that a resource ("") or a complex attribute or extension of it comes with, in the order to show them.
    /// </summary>
    internal static IReadOnlyList<string> Members(ResourceKind kind, string path) =>
        s_tables.Value.Members.TryGetValue(kind + "/" + path, out List<string>? members) ? members : [];

    private static bool Belongs(KnownAttribute attribute, ResourceKind kind) => attribute.Resource == kind.ToString()
        || (attribute.Resource == "Common" && kind is (ResourceKind.User or ResourceKind.Group));

    private static List<KnownAttribute> Load(string table)
    {
        using Stream stream = typeof(KnownSchema).Assembly.GetManifestResourceStream(table)
            ?? throw new InvalidOperationException($"The assembly doesn't contain {table}.");
        using var reader = new StreamReader(stream);
        string[] header = reader.ReadLine()!.Split('\t');
        int Column(string name) => Array.IndexOf(header, name);
        var (resource, schema, path, type) = (Column("resource"), Column("schema"), Column("path"), Column("type"));
        var (multi, mutability, returned) = (Column("multiValued"), Column("mutability"), Column("returned"));
        int description = Column("description"), canonical = Column("canonicalValues");
        var all = new List<KnownAttribute>();
        while (reader.ReadLine() is string line)
        {
            string[] cells = line.Split('\t');
            all.Add(new KnownAttribute(cells[resource], schema < 0 ? "" : cells[schema], cells[path])
            {
                Type = cells[type],
                IsMultiValued = cells[multi] == "true",
                // What a service says of itself is always there, and read-only.
                IsReadOnly = mutability < 0 || cells[mutability] == "readOnly",
                IsReturned = returned < 0 || cells[returned] is "always" or "default",
                CanonicalValues = canonical < 0 || cells[canonical].Length == 0 ? [] : cells[canonical].Split(','),
                Description = cells[description],
            });
        }
        return all;
    }

    private sealed class Tables
    {
        internal Tables(List<KnownAttribute> all)
        {
            All = all;
            Extensions = [.. all.Where(a => a.IsExtension).Select(a => a.Schema).Distinct()];
            foreach (KnownAttribute attribute in all)
            {
                ByPath[attribute.Resource + "/" + attribute.Name] = attribute;
                if (attribute.IsExtension && !ByShortPath.ContainsKey(attribute.Resource + "/" + attribute.Path))
                    ByShortPath[attribute.Resource + "/" + attribute.Path] = attribute;
                if (attribute.Schema.Length > 0)
                    ByPath[attribute.Resource + "/" + attribute.Schema + ":" + attribute.Path] = attribute;
            }
            foreach (ResourceKind kind in Enum.GetValues(typeof(ResourceKind)))
            {
                foreach (KnownAttribute attribute in all.Where(a => a.IsReturned && Belongs(a, kind)))
                {
                    if (attribute.IsExtension)
                        Add(kind, "", attribute.Schema);
                    Add(kind, attribute.Parent, attribute.Member);
                }
                if (Members.TryGetValue(kind + "/", out List<string>? top))
                    Members[kind + "/"] = [.. top.OrderBy(Place)];
            }
        }

        internal List<KnownAttribute> All { get; }

        internal List<string> Extensions { get; }

        internal Dictionary<string, KnownAttribute> ByPath { get; } = new(StringComparer.OrdinalIgnoreCase);

        internal Dictionary<string, KnownAttribute> ByShortPath { get; } = new(StringComparer.OrdinalIgnoreCase);

        internal Dictionary<string, List<string>> Members { get; } = new(StringComparer.OrdinalIgnoreCase);

        /// <summary>The id comes first; what says little comes last.</summary>
        private static int Place(string name) => name switch
        {
            "id" => 0,
            "externalId" => 2,
            "schemas" or "meta" => 4,
            _ => name.StartsWith("urn:", StringComparison.Ordinal) ? 3 : 1,
        };

        private void Add(ResourceKind kind, string parent, string name)
        {
            string key = kind + "/" + parent;
            if (!Members.TryGetValue(key, out List<string>? names))
                Members.Add(key, names = []);
            if (!names.Contains(name, StringComparer.OrdinalIgnoreCase))
                names.Add(name);
        }
    }
}
