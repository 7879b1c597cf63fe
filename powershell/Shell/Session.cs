using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Threading;

namespace PSScim.Shell;

/// <summary>
/// The shell's one runspace and what runs in it. Everything runs the way pwsh runs it: errors merged into the output,
/// and both into Out-Default, which hands them to the host as text.
/// </summary>
internal sealed class Session : IDisposable
{
    private readonly ShellHost host;
    private readonly Runspace runspace;
    private readonly Lock gate = new();
    private Pipeline? running;
    private bool stopping;

    internal Session(ShellHost host)
    {
        this.host = host;
        // CreateDefault would load Microsoft.PowerShell.ConsoleHost.dll and others, which come with pwsh alone.
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ThreadOptions = PSThreadOptions.ReuseThread;
        if (OperatingSystem.IsWindows())
            state.ApartmentState = ApartmentState.STA;
        runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.Open();
        Runspace.DefaultRunspace = runspace;
        host.ReadLoop = new ReadLoop(this, host);
        host.Terminal.CancelRequested += () => Stop();
        Console.CancelKeyPress += OnCancelKey;
    }

    /// <summary>True once Ctrl+C has stopped something.</summary>
    internal bool WasInterrupted { get; private set; }

    /// <summary>Runs a script file. `exit N` in it ends the session with N.</summary>
    internal void RunFile(string path, IEnumerable<CommandParameter> arguments)
    {
        // As pwsh: a script with a #! line needs no .ps1 where the system reads that line.
        Command command = !OperatingSystem.IsWindows() && !path.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase)
            ? new Command(File.ReadAllText(path), isScript: true, useLocalScope: false)
            : new Command(path, isScript: false, useLocalScope: false);
        foreach (CommandParameter argument in arguments)
            command.Parameters.Add(argument);
        EngineInternals.LetExitLeaveTheNextScript(runspace);
        if (!Run(command))
            host.SetShouldExit(1);
    }

    /// <summary>
    /// Runs -Command's text. A terminating error ends the session with 1, even one that leaves `$?` alone.
    /// </summary>
    internal void RunCommand(string text)
    {
        if (!RunText(text, addToHistory: true))
            host.SetShouldExit(1);
    }

    /// <summary>
    /// Runs text as typed at a prompt. False when it ended with a terminating error, which has been shown.
    /// </summary>
    internal bool RunText(string text, bool addToHistory = false, bool nested = false)
    {
        using Pipeline pipeline = nested
            ? runspace.CreateNestedPipeline(text, addToHistory)
            : runspace.CreatePipeline(text, addToHistory);
        return Run(pipeline, nested);
    }

    /// <summary>Runs one command. False when it ended with a terminating error, which has been shown.</summary>
    internal bool Run(Command command)
    {
        using Pipeline pipeline = runspace.CreatePipeline();
        pipeline.Commands.Add(command);
        return Run(pipeline, nested: false);
    }

    /// <summary>What `$?` says of the last command. A terminating error leaves it false too.</summary>
    internal bool LastCommandSucceeded() => LanguagePrimitives.IsTrue(Evaluate("$global:?", nested: false));

    /// <summary>The first object that the text gives, nothing shown; null when there is none or it fails.</summary>
    internal PSObject? Evaluate(string text, bool nested)
    {
        using Pipeline pipeline = nested
            ? runspace.CreateNestedPipeline(text, addToHistory: false)
            : runspace.CreatePipeline(text);
        try
        {
            return Invoke(pipeline).FirstOrDefault();
        }
        catch (RuntimeException)
        {
            return null;
        }
    }

    /// <summary>Stops what runs. False when nothing does, or when it has been asked to stop already.</summary>
    internal bool Stop()
    {
        lock (gate)
        {
            if (running is null || stopping)
                return false;
            stopping = WasInterrupted = true;
            running.StopAsync();
            return true;
        }
    }

    public void Dispose()
    {
        Console.CancelKeyPress -= OnCancelKey;
        runspace.Dispose();
    }

    /// <summary>The first Ctrl+C stops the pipeline; one that finds nothing left to stop ends the process.</summary>
    private void OnCancelKey(object? sender, ConsoleCancelEventArgs args) => args.Cancel = Stop();

    private bool Run(Pipeline pipeline, bool nested)
    {
        pipeline.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        pipeline.Commands.Add(new Command("Out-Default", isScript: false, useLocalScope: true));
        try
        {
            Invoke(pipeline);
            return true;
        }
        catch (PipelineStoppedException)
        {
            return false;
        }
        catch (RuntimeException failure)
        {
            Report(failure is IncompleteParseException ? WithPosition(pipeline) ?? failure : failure, nested);
            return false;
        }
        finally
        {
            host.ConsoleUI.Progress.Clear();
        }
    }

    /// <summary>
    /// What a pipeline says of text that lacks its end has no position, and the error view then shows nothing.
    /// </summary>
    private static ParseException? WithPosition(Pipeline pipeline)
    {
        try
        {
            ScriptBlock.Create(pipeline.Commands[0].CommandText);
            return null;
        }
        catch (ParseException failure)
        {
            return failure;
        }
    }

    private Collection<PSObject> Invoke(Pipeline pipeline)
    {
        Pipeline? outer;
        lock (gate)
        {
            outer = running;
            running = pipeline;
            stopping = false;
        }
        try
        {
            return pipeline.Invoke();
        }
        finally
        {
            lock (gate)
            {
                running = outer;
                stopping = false;
            }
        }
    }

    /// <summary>
    /// Shows a terminating error in the engine's own view. Out-Default takes the record for output here, so the host is
    /// told to write to standard error meanwhile.
    /// </summary>
    private void Report(RuntimeException failure, bool nested)
    {
        using Pipeline pipeline = nested ? runspace.CreateNestedPipeline() : runspace.CreatePipeline();
        pipeline.Input.Write(failure.ErrorRecord);
        pipeline.Input.Close();
        pipeline.Commands.Add("Out-Default");
        try
        {
            using (host.ConsoleUI.OutputToError())
                Invoke(pipeline);
        }
        catch (RuntimeException)
        {
            host.UI.WriteErrorLine(failure.Message);
            host.UI.WriteErrorLine(failure.ErrorRecord.InvocationInfo?.PositionMessage ?? "");
        }
    }
}
