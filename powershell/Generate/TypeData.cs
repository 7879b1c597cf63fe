using System.Collections.Generic;
using System.Linq;
using System.Xml.Linq;

namespace PSScim.Generate;

/// <summary>
/// Writes type data for PSScim.User, PSScim.Group and the rest: a member for each attribute of the offline schema. No
/// object bears these names. They are what the cmdlets say that they write, so that Tab lists the attributes before
/// anything has run; on a name that objects bear the members would hide the objects' own values.
/// </summary>
internal static class TypeData
{
    internal static string Write(AttributeTable table) => "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + new XElement(
        "Types",
        table.Kinds.Select(kind => new XElement(
            "Type",
            new XElement("Name", "PSScim." + kind),
            new XElement("Members", table.Members(kind).Select(name => new XElement(
                "NoteProperty",
                new XElement("Name", name),
                new XElement("Value", "attribute"))))))).ToString().ReplaceLineEndings("\n") + "\n";
}
