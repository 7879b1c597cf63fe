using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Xml.Linq;

namespace PSScim.Generate;

/// <summary>
/// Writes type data for PSScim.User and PSScim.Group: a member for each attribute of the offline schema. No object bears
/// these names. They are what Get-ScimUser says that it writes, so that Tab lists the attributes before anything has
/// run; on a name that objects bear the members would hide the objects' own values.
/// </summary>
internal static class TypeData
{
    private static readonly string[] s_kinds = ["User", "Group"];

    internal static string Write(string table) => "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + new XElement(
        "Types",
        s_kinds.Select(kind => new XElement(
            "Type",
            new XElement("Name", "PSScim." + kind),
            new XElement("Members", Members(table, kind).Select(name => new XElement(
                "NoteProperty",
                new XElement("Name", name),
                new XElement("Value", "attribute"))))))).ToString().ReplaceLineEndings("\n") + "\n";

    /// <summary>The attributes that a resource comes with; of an extension, its URN.</summary>
    private static IEnumerable<string> Members(string table, string kind)
    {
        string[] lines = File.ReadAllLines(table);
        string[] header = lines[0].Split('\t');
        int Column(string name) => Array.IndexOf(header, name);
        return lines.Skip(1)
            .Select(line => line.Split('\t'))
            .Where(cells => cells[Column("resource")] == kind || cells[Column("resource")] == "Common")
            .Where(cells => cells[Column("returned")] is "always" or "default")
            .Select(cells => cells[Column("schema")].Contains(":extension:", StringComparison.Ordinal)
                ? cells[Column("schema")]
                : cells[Column("path")].Split('.')[0])
            .Distinct(StringComparer.OrdinalIgnoreCase);
    }
}
