using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace PSScim;

/// <summary>One attribute of the offline schema: a line of schema/attributes.tsv.</summary>
internal sealed class KnownAttribute
{
    /// <summary>User or Group; Common for those that every resource has.</summary>
    internal string Resource { get; set; } = "";

    /// <summary>The schema's URN; empty for the common ones.</summary>
    internal string Schema { get; set; } = "";

    /// <summary>The path inside the schema: <c>name.givenName</c>.</summary>
    internal string Path { get; set; } = "";

    internal string Type { get; set; } = "";

    internal bool IsMultiValued { get; set; }

    /// <summary>Whether it comes without being asked for by name (RFC 7643 section 2.2).</summary>
    internal bool IsReturned { get; set; }

    internal string Description { get; set; } = "";

    /// <summary>How a request names it: with the URN where it is an extension's.</summary>
    internal string Name => IsExtension ? Schema + ":" + Path : Path;

    internal bool IsExtension => Schema.IndexOf(":extension:", StringComparison.OrdinalIgnoreCase) >= 0;

    /// <summary>The members to go through from the resource to the value; for an extension the URN is the first.</summary>
    internal string[] Segments => IsExtension ? [Schema, .. Path.Split('.')] : Path.Split('.');
}

/// <summary>The attributes of Entra and of RFC 7643, known without asking a service.</summary>
internal static class KnownSchema
{
    /// <summary>The attribute that keeps Entra's pages of users at 100.</summary>
    internal const string Manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

    private static readonly Lazy<List<KnownAttribute>> s_all = new(Load);
    private static readonly Lazy<Dictionary<string, KnownAttribute>> s_byKey = new(Index);

    internal static IReadOnlyList<KnownAttribute> All => s_all.Value;

    /// <summary>
    /// The extensions' URNs, each once.
    /// </summary>
    internal static IEnumerable<string> Extensions => All.Where(a => a.IsExtension).Select(a => a.Schema).Distinct();

    /// <summary>What to name in <c>attributes</c> to get all that Entra returns of a user, less the manager.</summary>
    internal static string[] AllUserAttributesButManager { get; } =
    [
        .. All.Where(a => a.Resource is "Common" or "User" && a.IsReturned && !a.Path.Contains("."))
            .Select(a => a.Name)
            .Where(name => name != Manager),
    ];

    /// <summary>The attribute at a path of members, or null where it is not known.</summary>
    internal static KnownAttribute? Find(ResourceKind kind, string path)
    {
        Dictionary<string, KnownAttribute> byKey = s_byKey.Value;
        return byKey.TryGetValue(kind + "/" + path, out KnownAttribute? found)
            || byKey.TryGetValue("Common/" + path, out found) ? found : null;
    }

    /// <summary>The members that a resource, or a complex attribute of it, is known to come with, in the order to show them.</summary>
    internal static IEnumerable<string> Members(ResourceKind kind, string path)
    {
        if (kind == ResourceKind.Resource)
            return [];
        string[] parent = path.Length == 0 ? [] : path.Split('/');
        IEnumerable<string> members = All
            .Where(a => a.IsReturned && (a.Resource == kind.ToString() || a.Resource == "Common"))
            .Select(a => a.Segments)
            .Where(s => s.Length > parent.Length && parent.SequenceEqual(s.Take(parent.Length), StringComparer.OrdinalIgnoreCase))
            .Select(s => s[parent.Length])
            .Distinct(StringComparer.OrdinalIgnoreCase);
        // The id first; what says little comes last.
        return parent.Length > 0 ? members : members.OrderBy(name => name switch
        {
            "id" => 0,
            "meta" or "schemas" => 3,
            "externalId" => 2,
            _ => name.StartsWith("urn:", StringComparison.OrdinalIgnoreCase) ? 2 : 1,
        });
    }

    private static List<KnownAttribute> Load()
    {
        using Stream stream = typeof(KnownSchema).Assembly.GetManifestResourceStream("attributes.tsv")
            ?? throw new InvalidOperationException("attributes.tsv is not in the assembly.");
        using var reader = new StreamReader(stream);
        string[] header = reader.ReadLine()!.Split('\t');
        int Column(string name) => Array.IndexOf(header, name);
        var (resource, schema, path, type) = (Column("resource"), Column("schema"), Column("path"), Column("type"));
        var (multi, returned, description) = (Column("multiValued"), Column("returned"), Column("description"));
        var all = new List<KnownAttribute>();
        while (reader.ReadLine() is string line)
        {
            string[] cells = line.Split('\t');
            all.Add(new KnownAttribute
            {
                Resource = cells[resource],
                Schema = cells[schema],
                Path = cells[path],
                Type = cells[type],
                IsMultiValued = cells[multi] == "true",
                IsReturned = cells[returned] is "always" or "default",
                Description = cells[description],
            });
        }
        return all;
    }

    private static Dictionary<string, KnownAttribute> Index()
    {
        var index = new Dictionary<string, KnownAttribute>(StringComparer.OrdinalIgnoreCase);
        foreach (KnownAttribute attribute in All)
            index[attribute.Resource + "/" + string.Join("/", attribute.Segments)] = attribute;
        return index;
    }
}
