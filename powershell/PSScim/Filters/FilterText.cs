using System;
using System.Globalization;
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

    private static bool IsBoolean(string attribute) =>
        KnownSchema.All is { } all && System.Linq.Enumerable.Any(all, a => a.Type == "boolean"
            && (string.Equals(a.Name, attribute, StringComparison.OrdinalIgnoreCase)
                || string.Equals(a.Path, attribute, StringComparison.OrdinalIgnoreCase)));

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
