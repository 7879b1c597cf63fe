using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Xml.Linq;

namespace PSScim.Generate;

/// <summary>Writes help as Get-Help reads it: MAML.</summary>
internal static class Maml
{
    private static readonly XNamespace s_help = "http://msh";
    private static readonly XNamespace s_maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace s_command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace s_dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    internal static string Write(IEnumerable<CommandHelp> commands)
    {
        var root = new XElement(
            s_help + "helpItems",
            new XAttribute("schema", "maml"),
            commands.Select(Command));
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + root.ToString().ReplaceLineEndings("\n") + "\n";
    }

    private static XElement Command(CommandHelp command)
    {
        string[] name = command.Name.Split('-');
        return new XElement(
            s_command + "command",
            new XAttribute(XNamespace.Xmlns + "maml", s_maml),
            new XAttribute(XNamespace.Xmlns + "command", s_command),
            new XAttribute(XNamespace.Xmlns + "dev", s_dev),
            new XElement(
                s_command + "details",
                new XElement(s_command + "name", command.Name),
                new XElement(s_command + "verb", name[0]),
                new XElement(s_command + "noun", name[1]),
                Description(command.Synopsis)),
            Description(command.Description),
            new XElement(s_command + "syntax", command.Sets.Select(set => new XElement(
                s_command + "syntaxItem",
                new XElement(s_maml + "name", command.Name),
                set.Parameters.Select(parameter => Parameter(parameter, isSyntax: true))))),
            new XElement(s_command + "parameters", command.Parameters.Select(parameter => Parameter(parameter, isSyntax: false))),
            new XElement(s_command + "inputTypes", command.Inputs.Select(type => TypeOf("inputType", type))),
            new XElement(s_command + "returnValues", command.Outputs.Select(type => TypeOf("returnValue", type))),
            new XElement(s_command + "examples", command.Examples.Select(Example)),
            new XElement(s_maml + "relatedLinks", command.Related.Select(link => new XElement(
                s_maml + "navigationLink",
                new XElement(s_maml + "linkText", link),
                new XElement(s_maml + "uri")))));
    }

    private static XElement Parameter(ParameterHelp parameter, bool isSyntax)
    {
        Prose description = parameter.Values.Count == 0 || isSyntax
            ? parameter.Description
            : parameter.Description.And(Prose.Text("Accepted values: " + string.Join(", ", parameter.Values) + "."));
        return new XElement(
            s_command + "parameter",
            new XAttribute("required", Word(parameter.IsRequired)),
            new XAttribute("variableLength", "true"),
            new XAttribute("globbing", "false"),
            new XAttribute("pipelineInput", parameter.PipelineInput),
            new XAttribute("position", parameter.Position),
            new XAttribute("aliases", parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases)),
            new XElement(s_maml + "name", parameter.Name),
            Description(description),
            isSyntax && parameter.Values.Count > 0
                ? new XElement(
                    s_command + "parameterValueGroup",
                    parameter.Values.Select(value => Value(value, isRequired: false)))
                : null,
            // A switch has no value in the syntax.
            isSyntax && parameter.IsSwitch ? null : Value(parameter.Type, isRequired: !parameter.IsSwitch),
            new XElement(s_dev + "type", new XElement(s_maml + "name", parameter.Type), new XElement(s_maml + "uri")),
            new XElement(s_dev + "defaultValue", parameter.Default ?? (parameter.IsSwitch ? "False" : "None")));
    }

    private static XElement Value(string name, bool isRequired) => new(
        s_command + "parameterValue",
        new XAttribute("required", Word(isRequired)),
        new XAttribute("variableLength", "false"),
        name);

    private static XElement TypeOf(string element, TypeHelp type) => new(
        s_command + element,
        new XElement(s_dev + "type", new XElement(s_maml + "name", type.Name)),
        Description(type.Description));

    private static XElement Example(ExampleHelp example, int index) => new(
        s_command + "example",
        new XElement(s_maml + "title", Title(example, index + 1)),
        new XElement(s_dev + "code", example.Code),
        new XElement(s_dev + "remarks", Paragraphs(example.Remarks)));

    private static string Title(ExampleHelp example, int number) => string.Create(
        CultureInfo.InvariantCulture, $"Example {number}: {string.Join(" ", example.Title.Plain)}");

    private static XElement Description(Prose prose) => new(s_maml + "description", Paragraphs(prose));

    private static IEnumerable<XElement> Paragraphs(Prose prose) => prose.Plain.Select(text => new XElement(s_maml + "para", text));

    private static string Word(bool value) => value ? "true" : "false";
}
