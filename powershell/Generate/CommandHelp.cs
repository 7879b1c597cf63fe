using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PSScim.Generate;

/// <summary>All that the help of one cmdlet says, whatever it is written as.</summary>
/// <param name="Name">Verb and noun.</param>
/// <param name="Synopsis">One sentence.</param>
/// <param name="Description">The whole summary, and the remarks.</param>
/// <param name="Sets">The ways to call it, the default one first.</param>
/// <param name="Parameters">Its parameters, each once.</param>
/// <param name="Inputs">What it takes from the pipeline.</param>
/// <param name="Outputs">What it writes.</param>
/// <param name="Examples">How it is used.</param>
/// <param name="Related">Other cmdlets and topics.</param>
internal sealed record CommandHelp(
    string Name,
    Prose Synopsis,
    Prose Description,
    IReadOnlyList<SyntaxHelp> Sets,
    IReadOnlyList<ParameterHelp> Parameters,
    IReadOnlyList<TypeHelp> Inputs,
    IReadOnlyList<TypeHelp> Outputs,
    IReadOnlyList<ExampleHelp> Examples,
    IReadOnlyList<string> Related)
{
    internal static CommandHelp Of(CmdletInfo cmdlet, XmlComments comments)
    {
        XElement comment = comments.Of(cmdlet.ImplementingType);
        var summary = Prose.Of(comment.Element("summary"));
        List<SyntaxHelp> sets = [.. cmdlet.ParameterSets
            .OrderByDescending(set => set.IsDefault)
            .Select(set => new SyntaxHelp(set.Name, [.. Own(set).Select(p => ParameterHelp.Of(cmdlet, set, p, comments))]))];
        List<ParameterHelp> parameters = [.. sets
            .SelectMany(set => set.Parameters)
            .GroupBy(parameter => parameter.Name, StringComparer.Ordinal)
            .Select(group => ParameterHelp.Joined([.. group], sets.Count))
            .OrderBy(parameter => parameter.Name, StringComparer.Ordinal)];
        return new CommandHelp(
            cmdlet.Name,
            summary.FirstSentence,
            summary.And(Prose.Of(comment.Element("remarks"))),
            sets,
            parameters,
            [.. parameters.Where(p => p.IsFromPipeline).Select(p => new TypeHelp(p.Type, p.Description.FirstSentence))],
            [.. cmdlet.OutputType.Select(type => Output(type, cmdlet.ImplementingType.Assembly, comments))],
            [.. comment.Elements("example").Select(ExampleHelp.Of)],
            [.. comment.Elements("seealso").Select(link => NameOf(link.Attribute("cref")!.Value.Split('.')[^1])), "about_PSScim"]);
    }

    /// <summary>What a person calls the thing that the C# has by this name: <c>GetScimUserCommand</c> is Get-ScimUser.</summary>
    internal static string NameOf(string name)
    {
        Match cmdlet = Regex.Match(name, "^([A-Z][a-z]+)(Scim[A-Za-z]*)Command$");
        return cmdlet.Success ? cmdlet.Groups[1].Value + "-" + cmdlet.Groups[2].Value : name;
    }

    private static IEnumerable<CommandParameterInfo> Own(CommandParameterSetInfo set) => set.Parameters
        .Where(parameter => !Cmdlet.CommonParameters.Contains(parameter.Name))
        .OrderBy(parameter => parameter.Position == int.MinValue ? int.MaxValue : parameter.Position)
        .ThenByDescending(parameter => parameter.IsMandatory)
        .ThenBy(parameter => EngineParameters.Describe(parameter.Name) is not null);

    /// <summary>A type, or a name that only has type data: <c>PSScim.User</c> stands for the class ScimUser.</summary>
    private static TypeHelp Output(PSTypeName output, Assembly module, XmlComments comments)
    {
        Type? type = output.Type ?? module.GetType(output.Name.Replace("PSScim.", "PSScim.Scim", StringComparison.Ordinal));
        if (type is null)
            throw new InvalidOperationException($"The output type {output.Name} is neither a class nor stands for one.");
        return new TypeHelp(type.FullName!, type.Assembly == module
            ? Prose.Of(comments.Of(type).Element("summary"))
            : Prose.None);
    }
}

/// <summary>One way to call a cmdlet.</summary>
internal sealed record SyntaxHelp(string Name, IReadOnlyList<ParameterHelp> Parameters);

/// <summary>A type that comes in or goes out.</summary>
internal sealed record TypeHelp(string Name, Prose Description);

/// <summary>An example: what it is for, the code, and what there is to say about it.</summary>
internal sealed record ExampleHelp(Prose Title, string Code, Prose Remarks)
{
    /// <summary>Text before the code is the title; text behind it the remarks.</summary>
    internal static ExampleHelp Of(XElement example)
    {
        XElement code = example.Element("code")
            ?? throw new InvalidOperationException($"An example has no <code>: {example}");
        return new(Prose.Of(code.NodesBeforeSelf()), Unindented(code.Value), Prose.Of(code.NodesAfterSelf()));
    }

    /// <summary>The lines without the indentation that they share, which is the comment's.</summary>
    private static string Unindented(string code)
    {
        string[] lines = code.TrimEnd().TrimStart('\r', '\n').Split('\n');
        int shared = lines.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join("\n", lines.Select(line => line.Length < shared ? "" : line[shared..].TrimEnd()));
    }
}
