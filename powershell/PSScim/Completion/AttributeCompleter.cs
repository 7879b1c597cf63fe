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
    /// The attributes whose path begins with the word, by their short names: <c>dep</c> becomes <c>department</c>. A word that
    /// begins a URN is completed with URNs, and so is a name that the core schema has as well.
    /// </summary>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = QuotedWord.Of(wordToComplete);
        ResourceKind kind = KindOf(commandName);
        return Matching(kind, word.Text)
            .Where(attribute => attribute.IsReturned)
            .Select(attribute => word.Result(Shortest(kind, attribute, word.Text), attribute.Path, Describe(attribute)));
    }

    /// <summary>What a command is about, by the last word of its noun.</summary>
    internal static ResourceKind KindOf(string commandName) =>
        commandName.IndexOf("ScimGroup", StringComparison.OrdinalIgnoreCase) >= 0 ? ResourceKind.Group : ResourceKind.User;

    internal static IEnumerable<KnownAttribute> Matching(ResourceKind kind, string word) => KnownSchema.All
        .Where(attribute => attribute.Resource == "Common" || attribute.Resource == kind.ToString())
        .Where(attribute => Begins(attribute.Name, word) || Begins(attribute.Path, word));

    /// <summary>The name to write: the short one, unless a URN was begun or the short name means another attribute.</summary>
    internal static string Shortest(ResourceKind kind, KnownAttribute attribute, string begun) =>
        begun.Length > 0 && !Begins(attribute.Path, begun)
        || KnownSchema.Attributes(kind).First(a => string.Equals(a.Path, attribute.Path, StringComparison.OrdinalIgnoreCase)) != attribute
            ? attribute.Name
            : attribute.Path;

    internal static string Describe(KnownAttribute attribute) =>
        $"{attribute.Type}{(attribute.IsMultiValued ? "[]" : "")}: {attribute.Description}";

    private static bool Begins(string name, string word) => name.StartsWith(word, StringComparison.OrdinalIgnoreCase);
}
