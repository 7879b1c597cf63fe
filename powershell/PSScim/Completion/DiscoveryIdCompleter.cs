using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PSScim.Completion;

/// <summary>Completes the ids of schemas and resource types, from the offline schema: no request is made.</summary>
public sealed class DiscoveryIdCompleter : IArgumentCompleter
{
    /// <summary>The ids that hold the word: nobody types a URN from its beginning.</summary>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = QuotedWord.Of(wordToComplete);
        IEnumerable<string> ids = commandName.EndsWith("ScimSchema", StringComparison.OrdinalIgnoreCase)
            ? KnownSchema.All.Select(a => a.Schema).Where(urn => urn.Length > 0).Distinct()
            : [nameof(ResourceKind.User), nameof(ResourceKind.Group)];
        return ids
            .Where(id => id.IndexOf(word.Text, StringComparison.OrdinalIgnoreCase) >= 0)
            .Select(id => word.Result(id, id, id));
    }
}
