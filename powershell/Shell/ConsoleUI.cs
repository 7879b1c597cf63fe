using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.IO;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Threading;

namespace PSScim.Shell;

/// <summary>
/// The engine's text on the terminal. As in pwsh errors go to standard error and every other stream to standard output;
/// colours only where the terminal has them, NO_COLOR is not set and $PSStyle.OutputRendering allows them.
/// </summary>
internal sealed class ConsoleUI : PSHostUserInterface
{
    private readonly Lock gate = new();
    private readonly ConsoleRawUI rawUI;
    private readonly Prompts prompts;
    private bool outputToError;

    internal ConsoleUI(Terminal terminal)
    {
        Terminal = terminal;
        rawUI = new ConsoleRawUI(terminal);
        prompts = new Prompts(terminal, this);
        Progress = new ProgressLine(terminal);
        // https://no-color.org: any value but an empty one.
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")))
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
    }

    public override PSHostRawUserInterface RawUI => rawUI;

    public override bool SupportsVirtualTerminal => Terminal.SupportsEscapes;

    internal Terminal Terminal { get; }

    internal ProgressLine Progress { get; }

    /// <summary>Until the result is disposed what is meant for standard output goes to standard error.</summary>
    internal IDisposable OutputToError() => new Diversion(this);

    public override void Write(string value) => Put(value, outputToError);

    public override void WriteLine(string value) => Put(value + Environment.NewLine, outputToError);

    public override void WriteLine() => WriteLine("");

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Write(Coloured(foregroundColor, backgroundColor, value));

    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        WriteLine(Coloured(foregroundColor, backgroundColor, value));

    public override void WriteErrorLine(string value)
    {
        if (!string.IsNullOrEmpty(value))
            Put(value + Environment.NewLine, toError: true);
    }

    public override void WriteWarningLine(string message) => WriteStyled(FormatStyle.Warning, "WARNING: " + message);

    public override void WriteVerboseLine(string message) => WriteStyled(FormatStyle.Verbose, "VERBOSE: " + message);

    public override void WriteDebugLine(string message) => WriteStyled(FormatStyle.Debug, "DEBUG: " + message);

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        lock (gate)
            Progress.Show(record);
    }

    public override string ReadLine() => Terminal.ReadAnswer();

    public override SecureString ReadLineAsSecureString() => prompts.Secret();

    public override Dictionary<string, PSObject> Prompt(
        string caption, string message, Collection<FieldDescription> descriptions) =>
        prompts.Fields(caption, message, descriptions);

    public override int PromptForChoice(
        string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        prompts.Choice(caption, message, choices, defaultChoice);

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName) =>
        prompts.Credential(caption, message, userName, targetName);

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName,
        PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        prompts.Credential(caption, message, userName, targetName);

    private void WriteStyled(FormatStyle style, string line) =>
        WriteLine(GetFormatStyleString(style) + line + GetFormatStyleString(FormatStyle.Reset));

    private void Put(string text, bool toError)
    {
        bool escapes = Terminal.SupportsEscapes && !(toError && Terminal.ErrorRedirected);
        TextWriter writer = toError ? Console.Error : Console.Out;
        lock (gate)
        {
            Progress.Clear();
            writer.Write(GetOutputString(text, escapes));
        }
    }

    /// <summary>A terminal's default colour has no name, and comes here as -1.</summary>
    private static string Coloured(ConsoleColor foreground, ConsoleColor background, string value) =>
        (Enum.IsDefined(foreground) ? PSStyle.MapForegroundColorToEscapeSequence(foreground) : "")
        + (Enum.IsDefined(background) ? PSStyle.MapBackgroundColorToEscapeSequence(background) : "")
        + value + PSStyle.Instance.Reset;

    private sealed class Diversion : IDisposable
    {
        private readonly ConsoleUI ui;

        internal Diversion(ConsoleUI ui)
        {
            this.ui = ui;
            ui.outputToError = true;
        }

        public void Dispose() => ui.outputToError = false;
    }
}
