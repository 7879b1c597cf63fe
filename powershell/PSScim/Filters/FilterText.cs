using System;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Text;

namespace PSScim.Filters;

/// <summary>Writes the parts of a SCIM filter (RFC 7644 section 3.4.2.2), values escaped as JSON.</summary>
internal static class FilterText
{
    /// <summary>
    /// A test of text, with <c>*</c> at its ends: <c>*x</c> ends with, <c>x*</c> begins with, <c>*x*</c> contains, <c>*</c>
    /// has a value at all, and without <c>*</c> it is equal. Null where a <c>*</c> stands elsewhere.
    /// </summary>
    internal static string? Like(string attribute, string pattern)
    {
        if (pattern.Length > 0 && pattern.Trim('*').Length == 0)
            return attribute + " pr";
        bool open = pattern.StartsWith("*", StringComparison.Ordinal), close = pattern.EndsWith("*", StringComparison.Ordinal);
        string inside = pattern.Substring(open ? 1 : 0, pattern.Length - (open ? 1 : 0) - (close ? 1 : 0));
        if (inside.IndexOf('*') >= 0)
            return null;
        string comparison = (open, close) switch
        {
            (true, true) => "co",
            (true, false) => "ew",
            (false, true) => "sw",
            _ => "eq",
        };
        return $"{attribute} {comparison} {Value(attribute, inside)}";
    }

    /// <summary>A value as a filter has it. Where the schema calls the attribute a boolean, a text of that name is one.</summary>
    internal static string Value(string attribute, object? value)
    {
        object? bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        return bare switch
        {
            null => "null",
            bool flag => flag ? "true" : "false",
            SwitchParameter flag => flag ? "true" : "false",
            DateTime date => Date(IsoDateTime.ToUtc(date)),
            DateTimeOffset date => Date(date.UtcDateTime),
            byte or short or int or long or uint or ulong or decimal =>
                Convert.ToString(bare, CultureInfo.InvariantCulture)!,
            double number => number.ToString("R", CultureInfo.InvariantCulture),
            float number => number.ToString("R", CultureInfo.InvariantCulture),
            ScimResource resource when resource.Id is string id => Quote(id),
            string text when IsBoolean(attribute) && bool.TryParse(text, out bool flag) => flag ? "true" : "false",
            _ => Quote(Convert.ToString(bare, CultureInfo.InvariantCulture)!),
        };
    }

    /// <summary>The SCIM data type of an attribute, by the name that people give it; null where the offline schema lacks it.</summary>
    internal static string? TypeOf(string attribute) => KnownSchema.All
        .FirstOrDefault(a => a.Resource is "Common" or "User" or "Group" && (Is(a.Name, attribute) || Is(a.Path, attribute)))?.Type;

    private static bool IsBoolean(string attribute) => TypeOf(attribute) == "boolean";

    private static bool Is(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static string Date(DateTime utc) =>
        Quote(utc.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                < ' ' => quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => quoted.Append(c),
            };
        return quoted.Append('"').ToString();
    }
}
