using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PSScim.Model;

/// <summary>Attributes as one line of text, from the model's JSON and from PSScim's objects, so that they can be compared.</summary>
internal static class Shown
{
    private const string None = "-";

    /// <summary>The attributes that are compared where none were asked for by name.</summary>
    internal static readonly string[] User =
        ["userName", "displayName", "externalId", "title", "active", "name", "emails", "department"];

    internal static readonly string[] Group = ["displayName", "externalId"];

    /// <summary>What an object of PSScim should show.</summary>
    internal static string Expected(JsonObject resource, IEnumerable<string> attributes) =>
        string.Join(" | ", new[] { Text(resource["id"]!.ToString()) }.Concat(attributes.Select(name => name + "=" + Of(Attribute(resource, name)))));

    /// <summary>What an object of PSScim shows.</summary>
    internal static string Got(PSObject shown, IEnumerable<string> attributes) =>
        string.Join(" | ", new[] { Of(Property(shown, "id")) }.Concat(attributes.Select(name => name + "=" + Of(Attribute(shown, name)))));

    private static JsonNode? Attribute(JsonObject resource, string name) =>
        name switch
        {
            "department" => (resource[People.Enterprise] as JsonObject)?[name],
            // The schema says that an id is text, whatever the server sends.
            "id" => JsonValue.Create(People.Id(resource)),
            _ => resource[name],
        };

    private static object? Attribute(PSObject shown, string name) => name == "department"
        ? Property(shown, name) ?? (Property(shown, People.Enterprise) is { } extension ? Property(PSObject.AsPSObject(extension), name) : null)
        : Property(shown, name);

    private static object? Property(PSObject shown, string name) =>
        shown.Properties[name]?.Value is { } value ? (value is PSObject wrapped ? wrapped.BaseObject is PSCustomObject ? wrapped : wrapped.BaseObject : value) : null;

    private static string Text(string text) => JsonSerializer.Serialize(text);

    private static string Of(JsonNode? node) => node switch
    {
        null => None,
        JsonObject members => "{" + string.Join(",", members.Where(m => m.Value is not null).OrderBy(m => m.Key, StringComparer.Ordinal)
            .Select(m => m.Key + ":" + Of(m.Value))) + "}",
        // PSScim shows nothing and an empty list alike.
        JsonArray { Count: 0 } => None,
        JsonArray elements => "[" + string.Join(",", elements.Select(Of)) + "]",
        _ => node.GetValueKind() == JsonValueKind.String ? Text(node.GetValue<string>()) : node.ToJsonString(),
    };

    private static string Of(object? value)
    {
        switch (value)
        {
            case null:
                return None;
            case string text:
                return Text(text);
            case bool truth:
                return truth ? "true" : "false";
            case IFormattable and (long or int or double or decimal):
                return ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture);
            case IEnumerable list:
                string[] elements = [.. list.Cast<object?>().Select(element => Of(element is PSObject p ? p.BaseObject : element))];
                return elements.Length == 0 ? None : "[" + string.Join(",", elements) + "]";
            default:
                IEnumerable<PSPropertyInfo> members = PSObject.AsPSObject(value).Properties;
                return "{" + string.Join(",", members.Where(m => m.Value is not null).OrderBy(m => m.Name, StringComparer.Ordinal)
                    .Select(m => m.Name + ":" + Of(m.Value is PSObject p ? p.BaseObject : m.Value))) + "}";
        }
    }
}
