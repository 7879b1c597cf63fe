using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Xml.Linq;

namespace PSScim.Generate;

/// <summary>The XML comments that the compiler collected from the C# files.</summary>
internal sealed class XmlComments
{
    private readonly Dictionary<string, XElement> _members;

    private XmlComments(Dictionary<string, XElement> members) => _members = members;

    internal static XmlComments Load(string path) => new(XDocument
        .Load(path, LoadOptions.PreserveWhitespace)
        .Descendants("member")
        .ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal));

    /// <summary>What is written about a type.</summary>
    /// <exception cref="InvalidOperationException">Nothing is.</exception>
    internal XElement Of(Type type) => Find("T:" + type.FullName);

    /// <summary>What is written about a property, where it is declared.</summary>
    /// <exception cref="InvalidOperationException">Nothing is.</exception>
    internal XElement Of(PropertyInfo property) => Find("P:" + property.DeclaringType!.FullName + "." + property.Name);

    /// <summary>A comment; one that says <c>inheritdoc</c> is that of the member it names.</summary>
    private XElement Find(string name) => !_members.TryGetValue(name, out XElement? member) ? throw Missing(name)
        : member.Element("inheritdoc")?.Attribute("cref") is XAttribute other ? Find(other.Value)
        : member.Element("summary") is not null ? member
        : throw Missing(name);

    private static InvalidOperationException Missing(string name) =>
        new($"{name[2..]} has no XML comment with a summary: its help is made from that.");
}
