using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PSScim.Completion;

/// <summary>Completes the names of attributes, from the offline schema: no request is made.</summary>
public sealed class AttributeCompleter : IArgumentCompleter
{
    /// <summary>
    /// The attributes whose path begins with the word. One of an extension is found by its own name too, and gets its
    /// URN: <c>dep</c> becomes <c>urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department</c>.
    /// </summary>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = QuotedWord.Of(wordToComplete);
        return Matching(KindOf(commandName), word.Text)
            .Where(attribute => attribute.IsReturned)
            .Select(attribute => word.Result(attribute.Name, attribute.Path, Describe(attribute)));
    }

    /// <summary>What a command is about, by the last word of its noun.</summary>
    internal static ResourceKind KindOf(string commandName) =>
        commandName.IndexOf("ScimGroup", StringComparison.OrdinalIgnoreCase) >= 0 ? ResourceKind.Group : ResourceKind.User;

    internal static IEnumerable<KnownAttribute> Matching(ResourceKind kind, string word) => KnownSchema.All
        .Where(attribute => attribute.Resource == "Common" || attribute.Resource == kind.ToString())
        .Where(attribute => Begins(attribute.Name, word) || Begins(attribute.Path, word));

    internal static string Describe(KnownAttribute attribute) =>
        $"{attribute.Type}{(attribute.IsMultiValued ? "[]" : "")}: {attribute.Description}";

    private static bool Begins(string name, string word) => name.StartsWith(word, StringComparison.OrdinalIgnoreCase);
}
