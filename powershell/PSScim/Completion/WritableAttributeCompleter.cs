using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PSScim.Completion;

/// <summary>Completes the names of the attributes that can be set, by the short names that the cmdlets take.</summary>
public sealed class WritableAttributeCompleter : IArgumentCompleter
{
    /// <summary>The names that begin with the word.</summary>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = QuotedWord.Of(wordToComplete);
        return Names(commandName, word.Text).Select(name =>
        {
            // Brackets need quotes.
            QuotedWord whole = word.Quote.Length == 0 && name.Text.IndexOf('[') >= 0 ? new(word.Text, "'") : word;
            return whole.Result(name.Text, name.Text, AttributeCompleter.Describe(name.Attribute));
        });
    }

    /// <summary>The short names: <c>department</c>, <c>name.givenName</c>, <c>emails[work]</c>.</summary>
    internal static IEnumerable<(string Text, KnownAttribute Attribute)> Names(string commandName, string begun)
    {
        ResourceKind kind = AttributeCompleter.KindOf(commandName);
        KnownAttribute[] all = [.. KnownSchema.Attributes(kind).Where(a => !a.IsReadOnly && a.IsReturned)];
        var many = all.Where(a => a.IsMultiValued && a.Type == "complex").ToDictionary(a => a.Name, a => all.FirstOrDefault(t => t.Parent == a.Name && t.Member == "type"));
        var seen = new HashSet<string>();
        foreach (KnownAttribute attribute in all)
        {
            if (many.ContainsKey(attribute.Name) || attribute.Type == "complex" && attribute.Path != "manager" || attribute.Path == "manager.value")
                continue;
            if (!many.TryGetValue(attribute.Parent, out KnownAttribute? types))
            {
                // Where the core and an extension have the same name, the short one is the core's.
                string text = seen.Add(attribute.Path) ? attribute.Path : attribute.Name;
                if (Begins(text, begun) || Begins(attribute.Member, begun))
                    yield return (text, attribute);
                continue;
            }
            if (attribute.Member is "type" or "primary" || types is null)
                continue;
            foreach (string type in types.CanonicalValues.Where(type => type != Changes.EditNames.ReadOnlyType))
            {
                string text = $"{attribute.Parent}[{type}]" + (attribute.Member == "value" ? "" : "." + attribute.Member);
                if (Begins(text, begun) || Begins(attribute.Member, begun))
                    yield return (text, attribute);
            }
        }
    }

    private static bool Begins(string name, string word) => name.StartsWith(word, System.StringComparison.OrdinalIgnoreCase);
}
