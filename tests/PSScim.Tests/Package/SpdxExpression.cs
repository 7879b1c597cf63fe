using System;
using System.Linq;
using System.Text.RegularExpressions;

namespace PSScim.Tests.Package;

/// <summary>Reads an SPDX expression of licences: AND binds closer than OR, and crates of old write / for OR.</summary>
internal static class SpdxExpression
{
    internal static bool Holds(string expression, Func<string, bool> isAllowed)
    {
        // A pair of brackets becomes what it says, the inmost first.
        string text = expression;
        for (Match inner; (inner = Regex.Match(text, @"\(([^()]*)\)")).Success;)
            text = text[..inner.Index] + (Any(inner.Groups[1].Value, isAllowed) ? "true" : "false") + text[(inner.Index + inner.Length)..];
        return Any(text, isAllowed);
    }

    private static bool Any(string text, Func<string, bool> isAllowed) =>
        Regex.Split(text, @"\s+OR\s+|\s*/\s*").Any(all => Regex.Split(all, @"\s+AND\s+").All(one => one.Trim() is var id && (id == "true" || isAllowed(id))));
}
