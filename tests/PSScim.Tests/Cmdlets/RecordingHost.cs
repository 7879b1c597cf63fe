using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Threading;

namespace PSScim.Tests.Cmdlets;

/// <summary>A host with a screen that keeps what progress is drawn on it.</summary>
internal sealed class RecordingHost(string name = "Recording") : PSHost
{
    private readonly Screen _screen = new();

    /// <summary>What was drawn, oldest first.</summary>
    internal ProgressRecord[] Drawn => [.. _screen.Drawn];

    /// <summary>The lines that were written, warnings too, oldest first.</summary>
    internal string[] Lines => [.. _screen.Lines];

    /// <summary>The questions that were asked, each answered with No, oldest first.</summary>
    internal string[] Asked => [.. _screen.Asked];

    /// <summary>Set when the first progress is drawn.</summary>
    internal ManualResetEventSlim HasDrawn => _screen.HasDrawn;

    public override string Name => name;

    public override Version Version { get; } = new(1, 0);

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    public override PSHostUserInterface UI => _screen;

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    public override void SetShouldExit(int exitCode)
    {
    }

    private sealed class Screen : PSHostUserInterface
    {
        internal ConcurrentQueue<ProgressRecord> Drawn { get; } = new();

        internal ConcurrentQueue<string> Lines { get; } = new();

        internal ConcurrentQueue<string> Asked { get; } = new();

        internal ManualResetEventSlim HasDrawn { get; } = new();

        public override PSHostRawUserInterface RawUI { get; } = new Raw();

        public override void WriteProgress(long sourceId, ProgressRecord record)
        {
            Drawn.Enqueue(record);
            HasDrawn.Set();
        }

        public override void Write(string value)
        {
        }

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
        {
        }

        public override void WriteLine(string value) => Lines.Enqueue(value);

        public override void WriteErrorLine(string value)
        {
        }

        public override void WriteDebugLine(string message)
        {
        }

        public override void WriteVerboseLine(string message)
        {
        }

        public override void WriteWarningLine(string message) => Lines.Enqueue(message);

        public override string ReadLine() => throw new NotSupportedException();

        public override SecureString ReadLineAsSecureString() => throw new NotSupportedException();

        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
            throw new NotSupportedException();

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
        {
            Asked.Enqueue(caption + "\n" + message);
            return choices.Select((choice, index) => (choice, index)).First(each => each.choice.Label.Replace("&", "", StringComparison.Ordinal) == "No").index;
        }

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
            throw new NotSupportedException();

        public override PSCredential PromptForCredential(
            string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
            throw new NotSupportedException();
    }

    private sealed class Raw : PSHostRawUserInterface
    {
        public override ConsoleColor BackgroundColor { get; set; }

        public override ConsoleColor ForegroundColor { get; set; }

        public override Size BufferSize { get; set; } = new(120, 50);

        public override Size WindowSize { get; set; } = new(120, 50);

        public override Coordinates CursorPosition { get; set; }

        public override Coordinates WindowPosition { get; set; }

        public override int CursorSize { get; set; }

        public override string WindowTitle { get; set; } = "";

        public override Size MaxPhysicalWindowSize => WindowSize;

        public override Size MaxWindowSize => WindowSize;

        public override bool KeyAvailable => false;

        public override void FlushInputBuffer()
        {
        }

        public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new NotSupportedException();

        public override KeyInfo ReadKey(ReadKeyOptions options) => throw new NotSupportedException();

        public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) =>
            throw new NotSupportedException();

        public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw new NotSupportedException();

        public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw new NotSupportedException();
    }
}
