using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;

namespace PSScim.Completion;

/// <summary>
/// Completes a filter that is being typed: an attribute, then an operator, then what its type allows as a value, then
/// <c>and</c> or <c>or</c>. Whether the filter holds is for the parser to say, not for this.
/// </summary>
public sealed class FilterCompleter : IArgumentCompleter
{
    private enum Expected
    {
        Attribute,
        Operator,
        Value,
        Conjunction,
    }

    private static readonly (string Word, string Meaning)[] s_operators =
    [
        ("eq", "equal"), ("ne", "not equal"), ("co", "contains"), ("sw", "starts with"), ("ew", "ends with"),
        ("gt", "greater than, later than"), ("ge", "greater than or equal"), ("lt", "less than, earlier than"),
        ("le", "less than or equal"), ("pr", "present: has a value"),
    ];

    /// <summary>A text in double quotes (perhaps not ended yet, perhaps with each quote doubled or escaped by the outer text), a bracket, a word.</summary>
    private static readonly Regex s_token = new("""`?"(?:\\.|[^"\\])*(?:"|$)|[()\[\]]|[^\s()\[\]"`]+""", RegexOptions.CultureInvariant);

    /// <summary>What can follow what is there.</summary>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = QuotedWord.Of(wordToComplete);
        int start = word.Text.LastIndexOfAny([' ', '(', '[']) + 1;
        string before = word.Text.Substring(0, start), begun = word.Text.Substring(start);
        // A filter has spaces, so that one that begins without a quote gets one.
        QuotedWord whole = word.Quote.Length > 0 ? word : new(word.Text, "'");
        ResourceKind kind = AttributeCompleter.KindOf(commandName);
        (Expected expected, string attribute, string owner) = Follow(before);
        IEnumerable<(string Text, string Shown, string Meaning)> found = expected switch
        {
            Expected.Attribute => AttributeCompleter.Matching(kind, owner + begun).Where(a => a.Type != "complex")
                .Select(a => (owner.Length > 0 ? a.Member : AttributeCompleter.Shortest(kind, a, begun), a.Path, AttributeCompleter.Describe(a))),
            Expected.Operator => Words(Operators(kind, attribute), begun),
            Expected.Value => Words(Values(kind, attribute, whole.Quote), begun),
            _ => Words([("and", "both tests are true"), ("or", "at least one test is true")], begun),
        };
        return found.Select(f => whole.Result(before + f.Text, f.Shown, f.Meaning));
    }

    private static IEnumerable<(string Text, string Shown, string Meaning)> Words((string Word, string Meaning)[] words, string begun) => words
        .Where(w => w.Word.StartsWith(begun, StringComparison.OrdinalIgnoreCase))
        .Select(w => (w.Word, w.Word, w.Meaning));

    /// <summary>What has an order or parts can be compared by all; a boolean only is or is not.</summary>
    private static (string Word, string Meaning)[] Operators(ResourceKind kind, string attribute) =>
        Named(kind, attribute) is { Type: "boolean" } ? [.. s_operators.Where(o => o.Word is "eq" or "ne" or "pr")] : s_operators;

    /// <summary>The values that are known: both of a boolean, and those that the schema suggests.</summary>
    private static (string Word, string Meaning)[] Values(ResourceKind kind, string attribute, string outerQuote) => Named(kind, attribute) switch
    {
        { Type: "boolean" } => [("true", attribute + " is true"), ("false", attribute + " is false")],
        // In a text in double quotes the value's own would end it.
        KnownAttribute known when outerQuote == "'" => [.. known.CanonicalValues.Select(value => ("\"" + value + "\"", value))],
        _ => [],
    };

    private static KnownAttribute? Named(ResourceKind kind, string attribute) => AttributeCompleter.Matching(kind, attribute)
        .FirstOrDefault(a => Is(a.Name, attribute) || Is(a.Path, attribute));

    /// <summary>
    /// What is expected behind a text; the attribute that was named last; and inside brackets the attribute that they
    /// stand behind, with a dot.
    /// </summary>
    private static (Expected Expected, string Attribute, string Owner) Follow(string text)
    {
        var expected = Expected.Attribute;
        string attribute = "", owner = "";
        foreach (Match match in s_token.Matches(text))
        {
            string token = match.Value;
            if (token == "[")
                (expected, owner) = (Expected.Attribute, attribute + ".");
            else if (token == "(" || (expected == Expected.Attribute && Is(token, "not")))
                expected = Expected.Attribute;
            else if (token is ")" or "]")
                (expected, owner) = (Expected.Conjunction, token == "]" ? "" : owner);
            else if (expected == Expected.Attribute)
                (expected, attribute) = (Expected.Operator, owner + token);
            else if (expected == Expected.Operator)
                expected = Is(token, "pr") ? Expected.Conjunction : Expected.Value;
            else
                expected = expected == Expected.Value ? Expected.Conjunction : Expected.Attribute;
        }
        return (expected, attribute, owner);
    }

    private static bool Is(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
