using System;
using System.Collections.Generic;
using System.Linq;
using System.Xml.Linq;

namespace PSScim.Generate;

/// <summary>
/// Writes what Format-List shows of users and groups: the attributes in the schema's order, each extension as a block
/// under a short name, then what the offline schema does not know, and last what says little. The engine's own list
/// would spend 66 columns on the extensions' URNs.
/// </summary>
internal static class ResourceLists
{
    private const string Extension = ":extension:";
    private static readonly string[] s_kinds = ["User", "Group"];

    internal static string Write(AttributeTable table) => "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + new XElement(
        "Configuration",
        new XElement("ViewDefinitions", s_kinds.Select(kind => View(table, kind))))
        .ToString().ReplaceLineEndings("\n") + "\n";

    private static XElement View(AttributeTable table, string kind)
    {
        string type = "PSScim.ScimFull" + kind;
        string[] members = [.. table.Members(kind)];
        string[] last = [.. members.Where(name => name is "schemas" or "meta")];
        return new XElement(
            "View",
            new XElement("Name", type),
            new XElement("ViewSelectedBy", new XElement("TypeName", type)),
            new XElement("ListControl", new XElement("ListEntries", new XElement("ListEntry", new XElement(
                "ListItems",
                members.Except(last).Select(name => Member(table, kind, name)),
                Item("other attributes", "[PSScim.AttributeText]::Unknown($_)", "[PSScim.AttributeText]::Unknown($_)"),
                last.Select(name => Member(table, kind, name)))))));
    }

    private static XElement Member(AttributeTable table, string kind, string name)
    {
        string there = $"$_.PSObject.Properties['{name}']";
        int extension = name.IndexOf(Extension, StringComparison.Ordinal);
        // urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User is Microsoft:Entra.
        if (extension >= 0)
            return Item(string.Join(":", name[(extension + Extension.Length)..].Split(':')[..^2]), $"[PSScim.AttributeText]::Block($_.'{name}')", there);
        return name == "meta"
            ? Item(name, $"[PSScim.AttributeText]::Block($_.{name})", there)
            : Item(name, $"if ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {{ [PSScim.AttributeText]::Of($_.{name}) }} else {{ $_.{name} -replace '[\\p{{Cc}}\\p{{Cf}}]', '?' }}", there);
    }

    private static XElement Item(string label, string script, string condition) => new(
        "ListItem",
        new XElement("ItemSelectionCondition", new XElement("ScriptBlock", condition)),
        new XElement("Label", label),
        new XElement("ScriptBlock", script));
}
