using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PSScim.Completion;

/// <summary>
/// Completes the beginning of a hashtable of attributes: <c>-Replace off</c> becomes <c>-Replace @{ officeLocation = </c>. Inside
/// of a hashtable the engine asks no completer.
/// </summary>
public sealed class AttributeTableCompleter : IArgumentCompleter
{
    /// <summary>A hashtable's beginning for each name that begins with the word.</summary>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string begun = QuotedWord.Of(wordToComplete).Text;
        return WritableAttributeCompleter.Names(commandName, begun).Select(name =>
        {
            bool isBare = name.Text.All(char.IsLetterOrDigit);
            string key = isBare ? name.Text : "'" + name.Text + "'";
            return new CompletionResult($"@{{ {key} = ", name.Text, CompletionResultType.ParameterValue, AttributeCompleter.Describe(name.Attribute));
        });
    }
}
