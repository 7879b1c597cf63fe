using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace PSScim.Generate;

/// <summary>The offline schema: schema/attributes.tsv and schema/discovery.tsv.</summary>
internal sealed class AttributeTable
{
    private static readonly string[] s_files = ["attributes.tsv", "discovery.tsv"];

    private readonly List<Row> _rows;

    private AttributeTable(List<Row> rows) => _rows = rows;

    /// <summary>User, Group, Schema …</summary>
    internal IEnumerable<string> Kinds => _rows.Select(row => row.Resource).Where(name => name != "Common").Distinct();

    internal static AttributeTable Load(string folder) => new(
        [.. s_files.SelectMany(name => Rows(Path.Combine(folder, name)))]);

    /// <summary>
    /// The members that a resource comes with, an extension by its URN; in the order to show them: the id first, then
    /// the schema's order, the extensions, and last what says little.
    /// </summary>
    internal IEnumerable<string> Members(string kind) => Of(kind)
        .Select(row => row.IsExtension ? row.Schema : row.Path.Split('.')[0])
        .Distinct(StringComparer.OrdinalIgnoreCase)
        .OrderBy(Place);

    private IEnumerable<Row> Of(string kind) => _rows.Where(row => row.IsReturned
        && (row.Resource == kind || (row.Resource == "Common" && kind is ("User" or "Group"))));

    /// <summary>As KnownSchema.cs places the properties: this program runs without the module's own classes.</summary>
    private static int Place(string name) => name switch
    {
        "id" => 0,
        "externalId" => 2,
        "schemas" or "meta" => 4,
        _ => name.StartsWith("urn:", StringComparison.Ordinal) ? 3 : 1,
    };

    private static IEnumerable<Row> Rows(string path)
    {
        string[] lines = File.ReadAllLines(path);
        string[] header = lines[0].Split('\t');
        foreach (string[] cells in lines.Skip(1).Select(line => line.Split('\t')))
        {
            string? Cell(string name) => Array.IndexOf(header, name) is int column and >= 0 ? cells[column] : null;
            yield return new Row(
                Cell("resource")!, Cell("schema") ?? "", Cell("path")!, Cell("type")!, Cell("multiValued") == "true",
                Cell("returned") is null or "always" or "default");
        }
    }

    private sealed record Row(string Resource, string Schema, string Path, string Type, bool IsMultiValued, bool IsReturned)
    {
        internal bool IsExtension => Schema.Contains(":extension:", StringComparison.Ordinal);
    }
}
