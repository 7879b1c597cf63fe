using System;
using System.Collections.Generic;
using System.Linq;
using System.Xml.Linq;

namespace PSScim.Generate;

/// <summary>
/// Writes type data for PSScim.User, PSScim.Group and the rest: a member for each attribute of the offline schema. No
/// object bears these names. They are what the cmdlets say that they write, so that Tab lists the attributes before
/// anything has run; on a name that objects bear the members would hide the objects' own values.
/// And for UserAttributes and GroupAttributes, the types of -Replace and its like: a member for each attribute that can be set,
/// which is what Tab offers inside of the hashtable.
/// </summary>
internal static class TypeData
{
    /// <param name="table">The offline schema.</param>
    /// <param name="settable">The names that Tab offers behind -Clear of a cmdlet.</param>
    internal static string Write(AttributeTable table, Func<string, IEnumerable<string>> settable) =>
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + new XElement(
            "Types",
            // Jobs, remoting and Export-Clixml would turn what is inside of a user into text.
            new XElement(
                "Type",
                new XElement("Name", "PSScim.ScimObject"),
                new XElement(
                    "Members",
                    new XElement(
                        "MemberSet",
                        new XElement("Name", "PSStandardMembers"),
                        new XElement(
                            "Members",
                            new XElement(
                                "NoteProperty",
                                new XElement("Name", "SerializationDepth"),
                                new XElement("Value", "8")))))),
            table.Kinds.Select(kind => Type("PSScim." + kind, table.Members(kind))),
            Type("PSScim.UserAttributes", settable("Set-ScimUser").Select(Key)),
            Type("PSScim.GroupAttributes", settable("Set-ScimGroup").Select(Key))).ToString().ReplaceLineEndings("\n") + "\n";

    private static XElement Type(string name, IEnumerable<string> members) => new(
        "Type",
        new XElement("Name", name),
        new XElement("Members", members.Select(member => new XElement(
            "NoteProperty",
            new XElement("Name", member),
            new XElement("Value", "attribute")))));

    /// <summary>The engine puts quotes around a key with a dot, and none around one with brackets, where they are needed as much.</summary>
    private static string Key(string name) => name.EndsWith(']') ? name + ".value" : name;
}
