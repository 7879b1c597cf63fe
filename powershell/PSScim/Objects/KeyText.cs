using System;
using System.Globalization;

namespace PSScim;

/// <summary>
/// Keys as people paste them: ids, user names, external ids and column titles. Blanks, no-break spaces and byte order marks
/// around a key are never part of it.
/// </summary>
internal static class KeyText
{
    /// <summary>The key as text; null where there is nothing but blanks.</summary>
    internal static string? Of(object? value) =>
        Convert.ToString(SetValue.Bare(value), CultureInfo.InvariantCulture) is string text && Trim(text) is { Length: > 0 } key ? key : null;

    internal static string Trim(string text)
    {
        int start = 0, end = text.Length;
        while (start < end && IsBlank(text[start]))
            start++;
        while (end > start && IsBlank(text[end - 1]))
            end--;
        return text.Substring(start, end - start);
    }

    internal static bool IsBlank(string text) => Trim(text).Length == 0;

    /// <summary>White space, and what is invisible as well: a byte order mark, a zero-width space.</summary>
    private static bool IsBlank(char c) => char.IsWhiteSpace(c) || c is '\uFEFF' or '\u200B' or '\u2060';
}
