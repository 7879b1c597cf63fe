using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace PSScim.Generate;

/// <summary>Writes help as pages for docs/cmdlets.</summary>
internal static class Markdown
{
    private const string Origin = "<!-- Made by powershell/Generate from the XML comments of the cmdlet's C# file. Do not edit. -->";

    internal static string Page(CommandHelp command)
    {
        var page = new StringBuilder();
        Line(page, $"# {command.Name}", "", Origin, "");
        Paragraphs(page, command.Description);
        Line(page, "## Syntax", "", "```powershell");
        foreach (SyntaxHelp set in command.Sets)
            Line(page, Syntax(command.Name, set));
        Line(page, "```", "", "## Examples", "");
        for (int i = 0; i < command.Examples.Count; i++)
        {
            ExampleHelp example = command.Examples[i];
            Line(page, $"### {string.Create(CultureInfo.InvariantCulture, $"{i + 1}")}. {string.Join(" ", example.Title.Markdown)}", "");
            Line(page, "```powershell", example.Code, "```", "");
            Paragraphs(page, example.Remarks);
        }
        Line(page, "## Parameters", "");
        foreach (ParameterHelp parameter in command.Parameters)
        {
            Line(page, $"### -{parameter.Name}", "");
            Paragraphs(page, parameter.Description);
            Line(page, Facts(parameter), "");
        }
        Line(page, "The common parameters (`-Verbose`, `-ErrorAction` and so on) do what they do everywhere.", "");
        Types(page, "## Inputs", command.Inputs, "Nothing comes from the pipeline.");
        Types(page, "## Outputs", command.Outputs, "Nothing.");
        Line(page, "## See also", "");
        Line(page, string.Join(", ", command.Related.Select(name =>
            name.StartsWith("about_", StringComparison.Ordinal) ? $"`Get-Help {name}`" : $"[{name}]({name}.md)")));
        return page.ToString();
    }

    internal static string Index(IEnumerable<CommandHelp> commands)
    {
        var page = new StringBuilder();
        Line(page, "# Cmdlets", "", Origin, "", "| cmdlet | |", "| --- | --- |");
        foreach (CommandHelp command in commands)
            Line(page, $"| [{command.Name}]({command.Name}.md) | {string.Join(" ", command.Synopsis.Markdown)} |");
        return page.ToString();
    }

    private static string Syntax(string name, SyntaxHelp set)
    {
        IEnumerable<string> parts = set.Parameters.Select(parameter =>
        {
            bool isPositional = parameter.Position != "named";
            string option = isPositional ? $"[-{parameter.Name}]" : $"-{parameter.Name}";
            string value = parameter.Values.Count > 0 ? "{" + string.Join(" | ", parameter.Values) + "}" : $"<{parameter.Type}>";
            string whole = parameter.IsSwitch ? option : option + " " + value;
            return parameter.IsRequired ? whole : $"[{whole}]";
        });
        return string.Join(" ", [name, .. parts, "[<CommonParameters>]"]);
    }

    private static string Facts(ParameterHelp parameter)
    {
        List<string> facts = [$"`{parameter.Type}`", parameter.IsRequired ? "required" : "optional"];
        if (parameter.Position != "named")
            facts.Add("position " + parameter.Position);
        if (parameter.PipelineInput != "false")
            facts.Add("from the pipeline " + parameter.PipelineInput["true ".Length..]);
        if (parameter.Aliases.Count > 0)
            facts.Add("alias " + string.Join(", ", parameter.Aliases.Select(a => $"`-{a}`")));
        if (parameter.Values.Count > 0)
            facts.Add("one of " + string.Join(", ", parameter.Values.Select(v => $"`{v}`")));
        if (parameter.Default is not null)
            facts.Add($"default `{parameter.Default}`");
        if (parameter.Sets.Count > 0)
            facts.Add("in " + string.Join(", ", parameter.Sets));
        return string.Join("; ", facts);
    }

    private static void Types(StringBuilder page, string heading, IReadOnlyList<TypeHelp> types, string none)
    {
        Line(page, heading, "");
        if (types.Count == 0)
            Line(page, none, "");
        foreach (TypeHelp type in types)
            Line(page, $"`{type.Name}`: {string.Join(" ", type.Description.Markdown)}".TrimEnd(' ', ':'), "");
    }

    private static void Paragraphs(StringBuilder page, Prose prose)
    {
        foreach (string paragraph in prose.Markdown)
            Line(page, paragraph, "");
    }

    private static void Line(StringBuilder page, params string[] lines)
    {
        foreach (string line in lines)
            page.Append(line).Append('\n');
    }
}
