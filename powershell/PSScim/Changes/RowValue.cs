using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using PSScim.Native;

namespace PSScim.Changes;

/// <summary>
/// What a row or a copy of a resource says of one attribute: without what is empty, and without what only the service sets.
/// A row says nothing by an empty cell, and Select-Object, JSON and Import-Csv give $null for whatever is missing.
/// </summary>
/// <param name="kind">What the row is of.</param>
/// <param name="clears">Whether an empty value was said to clear.</param>
/// <param name="isWritten">Whether the row is a hashtable: somebody wrote it, so that what cannot be is an error.</param>
internal sealed class RowValue(ResourceKind kind, bool clears, bool isWritten = false)
{
    /// <summary>A text that the engine made of something that had parts.</summary>
    private static bool IsCut(string text) =>
        text.StartsWith("System.Object[]", StringComparison.Ordinal)
        || text.StartsWith("System.Collections.", StringComparison.Ordinal)
        || (text.StartsWith("@{", StringComparison.Ordinal) && text.EndsWith("}", StringComparison.Ordinal));

    /// <summary>
    /// The text of a cell without the <c>'</c> that Export-ScimUser -GuardFormula puts before what a spreadsheet would run as a
    /// formula. A value that began like that itself has one more. What somebody wrote stays.
    /// </summary>
    internal object? Unguarded(object? value)
    {
        if (isWritten || value is not string text)
            return value;
        string bare = text.TrimStart('\'');
        return bare.Length < text.Length && bare.Length > 0 && bare[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n'
            ? text.Substring(1)
            : text;
    }

    /// <summary>Whether a value is an empty cell: nothing, or nothing but blanks.</summary>
    internal static bool IsEmpty(object? value) => value is null || (value is string text && KeyText.IsBlank(text));

    /// <summary>Whether only the service sets an attribute, by any name that a row may have for it: <c>emails[proxyAddress].value</c>.</summary>
    internal bool IsReadOnly(string path)
    {
        if (isWritten)
            return false;
        int open = path.IndexOf('['), close = path.IndexOf(']');
        if (open > 0 && close > open)
        {
            if (path.IndexOf(EditNames.ReadOnlyType, open, close - open, StringComparison.OrdinalIgnoreCase) >= 0)
                return true;
            path = path.Remove(open, close - open + 1);
        }
        return KnownSchema.FindShort(kind, path) is { IsReadOnly: true };
    }

    /// <summary>The value without its empty and read-only parts; null where nothing is left of it.</summary>
    /// <exception cref="ScimException">Something is missing from it.</exception>
    internal object? Of(string path, object? value)
    {
        object? bare = SetValue.Bare(value);
        switch (bare)
        {
            case null:
                return null;
            case string text when IsCut(text):
                throw Cut(path, text);
            case string:
                return bare;
            case ScimResource:
                return bare;
            case ScimObject complex:
                return Parts(path, complex.Values);
            case IDictionary dictionary:
                return Parts(path, JsonValue.Entries(dictionary));
            case PSObject custom:
                return Parts(path, JsonValue.Properties(custom));
            case IEnumerable list and not byte[]:
                return Elements(path, list);
            default:
                return bare;
        }
    }

    private Dictionary<string, object?>? Parts(string path, IEnumerable<KeyValuePair<string, object?>> members)
    {
        var parts = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (KeyValuePair<string, object?> member in members)
        {
            string inside = path + ScimComplex.SeparatorBehind(path) + member.Key;
            object? bare = SetValue.Bare(member.Value);
            if (IsReadOnly(inside))
                continue;
            if (IsEmpty(bare))
            {
                if (clears)
                    parts[member.Key] = null;
            }
            else if (Of(inside, member.Value) is object value)
            {
                parts[member.Key] = value;
            }
        }
        return parts.Count > 0 ? parts : null;
    }

    private object?[] Elements(string path, IEnumerable list)
    {
        bool hasParts = !isWritten && KnownSchema.Find(kind, path) is { Type: "complex", IsMultiValued: true };
        var elements = new List<object?>();
        foreach (object? element in list)
        {
            // The addresses of a mailbox are among its owner's, and the service's own.
            if (!isWritten && EditNames.TypeOf(element) is EditNames.ReadOnlyType)
                continue;
            if (hasParts && SetValue.Bare(element) is string text)
                throw Cut(path, text);
            if (Of(path, element) is object value)
                elements.Add(value);
        }
        return [.. elements];
    }

    private static ScimException Cut(string path, string text) => new(
        ErrorId.InvalidValue,
        $"The value of '{path}' has lost its parts: {Shown(text)}. No request was made.",
        "Use ConvertTo-Json -Depth 10 for JSON, and Export-ScimUser or Export-ScimGroup for CSV.");

    private static string Shown(string text)
    {
        const int Most = 60;
        return text.Length <= Most ? $"'{text}'" : $"'{text.Substring(0, Most)}…'";
    }
}
