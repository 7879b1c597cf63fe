using System;
using System.Globalization;
using System.Management.Automation.Host;

namespace PSScim.Shell;

/// <summary>
/// The engine's view of this program: who it is, how to talk to the person, and how to ask it to end.
/// </summary>
internal sealed class ShellHost(ConsoleUI ui) : PSHost
{
    private readonly CultureInfo culture = CultureInfo.CurrentCulture;
    private readonly CultureInfo uiCulture = CultureInfo.CurrentUICulture;

    public override string Name => "PSScim.Shell";

    public override Version Version { get; } = new(CommandLine.Version());

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override CultureInfo CurrentCulture => culture;

    public override CultureInfo CurrentUICulture => uiCulture;

    public override PSHostUserInterface UI => ui;

    internal ConsoleUI ConsoleUI => ui;

    internal Terminal Terminal => ui.Terminal;

    /// <summary>Set by the session, which the loop runs its commands in.</summary>
    internal ReadLoop ReadLoop { get; set; } = null!;

    /// <summary>True once `exit` has been run; <see cref="ExitCode"/> is what it said.</summary>
    internal bool ShouldExit { get; private set; }

    internal int ExitCode { get; private set; }

    public override void SetShouldExit(int exitCode)
    {
        ShouldExit = true;
        ExitCode = exitCode;
    }

    /// <summary>Answering 'Suspend' to a -Confirm question leads here, on the pipeline's thread.</summary>
    public override void EnterNestedPrompt() => ReadLoop.Run(prompts: true, nested: true);

    public override void ExitNestedPrompt() => ReadLoop.Leave();

    /// <summary>A native program is about to use the console: whatever is half drawn goes.</summary>
    public override void NotifyBeginApplication() => ui.Progress.Clear();

    public override void NotifyEndApplication()
    {
    }
}
