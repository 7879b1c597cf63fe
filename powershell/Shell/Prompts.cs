using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace PSScim.Shell;

/// <summary>
/// The engine's questions to the person, in pwsh's words. Where nobody can answer each one is an error.
/// </summary>
internal sealed class Prompts(Terminal terminal, ConsoleUI ui)
{
    /// <summary>-Confirm's question, and any other with few answers. Gives the answer's index.</summary>
    internal int Choice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        terminal.DemandInteractive();
        List<Answer> answers = choices.Select(Answer.From).ToList();
        ShowHeading(caption, message);
        while (true)
        {
            foreach (Answer answer in answers)
                ui.Write($"[{answer.Key}] {answer.Label}  ");
            ui.Write("[?] Help ");
            ui.Write(defaultChoice >= 0 ? $"(default is \"{answers[defaultChoice].Key}\"): " : ": ");

            string typed = terminal.ReadAnswer().Trim();
            int chosen = typed.Length == 0 ? defaultChoice : answers.FindIndex(answer => answer.Is(typed));
            if (chosen >= 0)
                return chosen;
            if (typed == "?")
                answers.ForEach(answer => ui.WriteLine($"{answer.Key} - {answer.Help}"));
        }
    }

    /// <summary>Mandatory parameters that were not given, one question each; a list ends with an empty line.</summary>
    internal Dictionary<string, PSObject> Fields(
        string caption, string message, Collection<FieldDescription> descriptions)
    {
        terminal.DemandInteractive();
        ShowHeading(caption, message);
        if (descriptions.Any(field => !string.IsNullOrEmpty(field.HelpMessage)))
            ui.WriteLine("(Type !? for Help.)");
        return descriptions.ToDictionary(field => field.Name, field => PSObject.AsPSObject(Field(field)));
    }

    internal PSCredential Credential(string caption, string message, string? userName, string? targetName)
    {
        terminal.DemandInteractive();
        ShowHeading(caption, message);
        while (string.IsNullOrEmpty(userName))
        {
            ui.Write("User: ");
            userName = terminal.ReadAnswer();
        }
        ui.Write($"Password for user {userName}: ");
        SecureString password = Secret();
        return new PSCredential(string.IsNullOrEmpty(targetName) ? userName : $"{targetName}\\{userName}", password);
    }

    internal SecureString Secret()
    {
        SecureString secret = new();
        foreach (char letter in terminal.ReadAnswer(secret: true))
            secret.AppendChar(letter);
        secret.MakeReadOnly();
        return secret;
    }

    private void ShowHeading(string caption, string message)
    {
        if (!string.IsNullOrEmpty(caption))
        {
            ui.WriteLine();
            ui.WriteLine(caption);
        }
        if (!string.IsNullOrEmpty(message))
            ui.WriteLine(message);
    }

    private object Field(FieldDescription field)
    {
        Type type = TypeOf(field);
        if (!typeof(IList).IsAssignableFrom(type))
            return Value(field, type, field.Name + ": ", mayEnd: false)!;

        Type element = type.GetElementType() ?? typeof(object);
        ArrayList list = [];
        while (Value(field, element, $"{field.Name}[{list.Count}]: ", mayEnd: true) is { } value)
            list.Add(value);
        return LanguagePrimitives.TryConvertTo(list, type, CultureInfo.CurrentCulture, out object converted)
            ? converted
            : list;
    }

    /// <summary>Asks until the answer fits the type. Null for an empty line where that ends a list.</summary>
    private object? Value(FieldDescription field, Type type, string prompt, bool mayEnd)
    {
        while (true)
        {
            if (type == typeof(PSCredential))
            {
                ui.WriteLine(field.Name);
                PSCredential credential = Credential("", "", null, null);
                return mayEnd && credential.Password.Length == 0 ? null : credential;
            }
            ui.Write(prompt);
            if (type == typeof(SecureString))
            {
                SecureString secret = Secret();
                return mayEnd && secret.Length == 0 ? null : secret;
            }

            string typed = terminal.ReadAnswer();
            if (mayEnd && typed.Length == 0)
                return null;
            if (typed == "!?")
                ui.WriteLine(field.HelpMessage is { Length: > 0 } help ? help : $"There is no help for {field.Name}.");
            else if (LanguagePrimitives.TryConvertTo(typed, type, CultureInfo.CurrentCulture, out object value))
                return value;
            else
                ui.WriteErrorLine($"\"{typed}\" is not of the type {type.Name} that {field.Name} needs.");
        }
    }

    private static Type TypeOf(FieldDescription field) =>
        LanguagePrimitives.TryConvertTo(field.ParameterAssemblyFullName, out Type type)
        || LanguagePrimitives.TryConvertTo(field.ParameterTypeFullName, out type)
            ? type
            : typeof(string);

    /// <summary>A choice as it is shown. The letter after the ampersand in `Yes to &amp;All` picks it.</summary>
    private sealed record Answer(string Key, string Label, string Help)
    {
        internal static Answer From(ChoiceDescription choice)
        {
            int mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
            string label = mark < 0 ? choice.Label : choice.Label.Remove(mark, 1);
            string key = mark < 0 || mark >= label.Length ? label : label[mark].ToString().ToUpperInvariant();
            return new Answer(key, label, choice.HelpMessage);
        }

        internal bool Is(string typed) =>
            string.Equals(typed, Key, StringComparison.OrdinalIgnoreCase)
            || string.Equals(typed, Label, StringComparison.OrdinalIgnoreCase);
    }
}
