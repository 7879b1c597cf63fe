using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PSScim.Completion;

/// <summary>Completes the names of this runspace's connections.</summary>
public sealed class ConnectionCompleter : IArgumentCompleter
{
    /// <summary>The names that begin with the word.</summary>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = QuotedWord.Of(wordToComplete);
        return RunspaceState.Current.All
            .Where(connection => connection.Name.StartsWith(word.Text, StringComparison.OrdinalIgnoreCase))
            .Select(connection =>
            {
                bool isBare = connection.Name.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.');
                string text = word.Quote.Length > 0 || isBare
                    ? connection.Name
                    : "'" + connection.Name.Replace("'", "''") + "'";
                return word.Result(text, connection.Name, connection.BaseUri ?? connection.Name);
            });
    }
}
