using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation.Language;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Encodings.Web;

namespace PSScim.Model;

/// <summary>How a command says which resources it wants.</summary>
internal enum QueryForm
{
    All,
    FilterText,
    FilterScript,
    Parameter,
    ClientSide,
}

/// <summary>A condition on one attribute.</summary>
internal sealed record Query(QueryForm Form, string Attribute, string Operator, string Value)
{
    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The parameters that say it.</summary>
    internal string Parameters => Form switch
    {
        QueryForm.All => "",
        QueryForm.FilterText => " -Filter " + Quote($"{Attribute} {Operator} {Literal}"),
        QueryForm.ClientSide => " -ClientSideFilter -Filter " + Quote($"{Attribute} {Operator} {Literal}"),
        QueryForm.FilterScript => $" -Filter {{ {Attribute} {Operators[Operator](Value)} }}",
        _ => Attribute == "active" ? $" -Enabled ${Value}" : $" -{char.ToUpperInvariant(Attribute[0])}{Attribute[1..]} {Quote(Value)}",
    };

    private string Literal => Attribute == "active" ? Value : JsonSerializer.Serialize(Value, s_plain);

    private static Dictionary<string, Func<string, string>> Operators { get; } = new()
    {
        ["eq"] = value => "-eq " + (value is "true" or "false" ? "$" + value : Quote(value)),
        ["ew"] = value => "-like " + Quote("*" + value),
        ["sw"] = value => "-like " + Quote(value + "*"),
        ["co"] = value => "-like " + Quote("*" + value + "*"),
    };

    /// <summary>A text as PowerShell reads it back.</summary>
    internal static string Quote(string text) => "'" + CodeGeneration.EscapeSingleQuotedStringContent(text) + "'";

    /// <summary>Whether a resource is meant (RFC 7644 section 3.4.2.2): text without regard to case.</summary>
    internal bool Matches(JsonObject resource)
    {
        if (Form == QueryForm.All)
            return true;
        IEnumerable<string> values = Values(resource, Attribute);
        return Operator switch
        {
            "eq" => values.Any(v => v.Equals(Value, StringComparison.OrdinalIgnoreCase)),
            "sw" => values.Any(v => v.StartsWith(Value, StringComparison.OrdinalIgnoreCase)),
            "ew" => values.Any(v => v.EndsWith(Value, StringComparison.OrdinalIgnoreCase)),
            "co" => values.Any(v => v.Contains(Value, StringComparison.OrdinalIgnoreCase)),
            "ne" => !values.Any(v => v.Equals(Value, StringComparison.OrdinalIgnoreCase)),
            _ => throw new InvalidOperationException(Operator),
        };
    }

    private static IEnumerable<string> Values(JsonNode at, string path)
    {
        string[] names = path.Split('.', 2);
        return at[names[0]] switch
        {
            null => [],
            JsonArray elements => elements.SelectMany(element => names.Length == 1 ? [element!.ToString()] : Values(element!, names[1])),
            JsonObject inner => names.Length == 1 ? [] : Values(inner, names[1]),
            JsonNode value => [value.ToString()],
        };
    }
}
