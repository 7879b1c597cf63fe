using System;
using System.Collections.Generic;
using System.Management.Automation;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// The base of all cmdlets: waits for an operation so that Ctrl+C works, reports its events, and writes errors.
/// </summary>
public abstract class ScimCommand : PSCmdlet, IDisposable
{
    /// <summary>A wait is split into slices. Events are reported between them.</summary>
    private const uint SliceMilliseconds = 100;

    private readonly object _lock = new();
    private Operation? _current;
    private bool _stopping;
    private RequestProgress? _progress;

    /// <summary>What the progress counts.</summary>
    private protected virtual string ProgressNoun => "resources";

    /// <summary>The connection whose meter the progress reads.</summary>
    private protected virtual ScimConnection? Metered => null;

    /// <summary>The progress of this command, from its first operation to its last.</summary>
    private protected RequestProgress Progress => _progress ??= new RequestProgress(this, ProgressNoun, Metered);

    /// <summary>Takes the progress away.</summary>
    protected override void EndProcessing() => _progress?.Remove();

    /// <summary>Called on another thread when the user presses Ctrl+C.</summary>
    protected override void StopProcessing()
    {
        lock (_lock)
        {
            _stopping = true;
            _current?.Cancel();
        }
    }

    /// <summary>Releases the operation in progress.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the operation in progress.</summary>
    /// <param name="disposing">Whether this is not the finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
        _progress?.Remove();
        lock (_lock)
        {
            _current?.Dispose();
            _current = null;
        }
    }

    /// <summary>
    /// Runs an operation. <paramref name="each"/> gets it after each reply and decides whether to continue.
    /// </summary>
    /// <exception cref="ScimException">It failed.</exception>
    /// <exception cref="PipelineStoppedException">The user stopped it.</exception>
    private protected void Run(Func<Operation> start, Func<Operation, bool> each)
    {
        Library.Load();
        // Its clock and its cost begin before the first request.
        _ = Progress;
        using Operation operation = Begin(start);
        try
        {
            while (true)
            {
                ScimState state = operation.Wait(SliceMilliseconds);
                Tell(operation);
                switch (state)
                {
                    case ScimState.Pending:
                        break;
                    case ScimState.NeedsInput:
                        operation.Answer();
                        break;
                    case ScimState.Ready:
                        operation.Take();
                        Took(operation);
                        if (!each(operation))
                            return;
                        break;
                    case ScimState.Done:
                        return;
                    case ScimState.Cancelled:
                        throw new PipelineStoppedException();
                    default:
                        Tell(operation.TakeIncomplete());
                        throw operation.Failure();
                }
            }
        }
        catch (Exception e) when (e is not ScimException)
        {
            // Ctrl+C, or a command further down that has had enough: EndProcessing will not come.
            _progress?.Remove();
            throw;
        }
        finally
        {
            lock (_lock)
                _current = null;
        }
    }

    /// <summary>Runs an operation that has one reply, or none.</summary>
    private protected void Run(Func<Operation> start, Action<Operation> only) => Run(start, operation =>
    {
        only(operation);
        return true;
    });

    /// <summary>
    /// Ends the command with an error that try can catch. PowerShell then ends only the statement and ignores
    /// -ErrorAction. With <c>-ErrorAction Stop</c>, the user wants the script to end, so that nothing runs without the
    /// result.
    /// </summary>
    private protected void ThrowTerminating(ScimException error, object? target = null)
    {
        _progress?.Remove();
        ErrorRecord record = error.ToErrorRecord(target);
        if (MyInvocation.BoundParameters.TryGetValue("ErrorAction", out object? action) && action is ActionPreference.Stop)
            WriteError(record);
        ThrowTerminatingError(record);
    }

    /// <summary>
    /// Writes a non-terminating error. It is counted, so that a later command in the pipeline that replaces a whole
    /// list knows that its input may be incomplete, whatever -ErrorAction is.
    /// </summary>
    private protected void WriteFailure(ScimException error, object? target)
    {
        RunspaceState.Current.Failures++;
        WriteError(error.ToErrorRecord(target));
    }

    /// <summary>Writes a warning, without what a terminal would act on.</summary>
    private protected new void WriteWarning(string text) => base.WriteWarning(DisplayText.Message(text));

    /// <summary>Writes to the verbose stream, without what a terminal would act on.</summary>
    private protected new void WriteVerbose(string text) => base.WriteVerbose(DisplayText.Message(text));

    /// <summary>Writes to the debug stream, without what a terminal would act on.</summary>
    private protected new void WriteDebug(string text) => base.WriteDebug(DisplayText.Message(text));

    /// <summary>Asks, or says what would be done, without what a terminal would act on.</summary>
    private protected new bool ShouldProcess(string target, string action) =>
        base.ShouldProcess(DisplayText.Message(target), DisplayText.Message(action));

    /// <summary>Asks, or says what would be done, without what a terminal would act on.</summary>
    private protected new bool ShouldProcess(string description, string question, string caption) =>
        base.ShouldProcess(DisplayText.Message(description), DisplayText.Message(question), caption);

    private Operation Begin(Func<Operation> start)
    {
        lock (_lock)
        {
            if (_stopping)
                throw new PipelineStoppedException();
            return _current = start();
        }
    }

    /// <summary>Reports the events since the last call, and the progress. Call it at least once per slice.</summary>
    private protected void Tell(Operation operation)
    {
        while (operation.TryTakeEvent(out ScimEventKind kind, out string text, out long milliseconds))
        {
            Progress.Hear(kind, text, milliseconds);
            if (kind == ScimEventKind.Incomplete)
                // Sync-ScimGroupMember must not take such a list for the whole.
                RunspaceState.Current.Failures++;
            else if (kind == ScimEventKind.Warning)
                WriteWarning(text);
            else
                WriteVerbose(text);
        }
        Progress.Draw();
    }

    /// <summary>Writes an error for each resource that couldn't be read completely.</summary>
    private protected void Tell(IEnumerable<IncompleteResource> incomplete)
    {
        foreach (IncompleteResource each in incomplete)
            WriteError(each.Error.ToErrorRecord(null));
    }

    /// <summary>Counts a reply that was taken.</summary>
    private protected virtual void Took(Operation operation)
    {
        Progress.Receive(operation.Count, operation.TotalResults);
        WriteDebug(
            $"Received {operation.Count} records in {operation.Length} bytes. More: {operation.HasMore}. Next cursor: {(operation.NextCursor is null ? "no" : "yes")}.");
    }
}
