using System;
using System.Management.Automation;

namespace PSScim.Completion;

/// <summary>What stands before the cursor, without the quotes that the engine leaves on it.</summary>
internal sealed class QuotedWord
{
    internal QuotedWord(string text, string quote) => (Text, Quote) = (text, quote);

    /// <summary>The text inside.</summary>
    internal string Text { get; }

    /// <summary>The quote that it began with, or nothing.</summary>
    internal string Quote { get; }

    internal static QuotedWord Of(string? word)
    {
        if (string.IsNullOrEmpty(word) || word![0] is not ('\'' or '"'))
            return new(word ?? "", "");
        string quote = word.Substring(0, 1);
        string inside = word.Substring(1);
        return new(inside.EndsWith(quote, StringComparison.Ordinal) ? inside.Substring(0, inside.Length - 1) : inside, quote);
    }

    internal CompletionResult Result(string text, string shown, string toolTip) =>
        new(Quote + text + Quote, shown, CompletionResultType.ParameterValue, toolTip);
}
