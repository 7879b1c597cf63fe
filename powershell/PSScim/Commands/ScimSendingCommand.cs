using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using PSScim.Changes;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// The base of the cmdlets that send a request for each input object. Several requests are in progress at the same
/// time, and results and errors come out in the order of the input. After Ctrl+C, or an error that stops the command,
/// nothing more is sent. The command waits for the requests in progress and reports the outcome of each object.
/// </summary>
public abstract class ScimSendingCommand : ScimConnectionCommand
{
    private const uint SliceMilliseconds = 100;

    /// <summary>Reads in progress on Entra before a first reply is used. Each is billed.</summary>
    private const long FirstReads = 2;

    /// <summary>How many objects are reported one by one after the pipeline stopped.</summary>
    private const int MostTold = 50;

    private readonly Queue<Submitted> _underWay = new();
    private readonly object _lock = new();
    private WriteOperation? _operation;
    private PSHost? _host;
    private bool _stopped;
    private long _replies;

    /// <summary>The maximum number of requests in progress.</summary>
    private protected virtual int InFlight => 1;

    /// <summary>Counts a reply: a change without -PassThru brings no object, and is done all the same.</summary>
    private protected override void Took(Operation operation)
    {
        base.Took(operation);
        if (operation is WriteOperation && operation.Count == 0)
            Progress.Receive(1, null);
    }

    /// <summary>Whether only what would be sent is shown.</summary>
    private protected virtual bool IsDryRun => false;

    /// <summary>The file that keeps how far the command got, or null.</summary>
    private protected virtual string? JournalPath => null;

    /// <summary>Finds the connection and the host.</summary>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _host = Host;
    }

    /// <summary>Waits for the requests in progress.</summary>
    protected override void EndProcessing()
    {
        _operation?.Finish();
        while (TakeNext(SliceMilliseconds))
        {
        }
        TellRefused();
        base.EndProcessing();
    }

    /// <summary>Called on another thread when the user presses Ctrl+C.</summary>
    protected override void StopProcessing()
    {
        lock (_lock)
        {
            _stopped = true;
            _operation?.Stop();
        }
        base.StopProcessing();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        try
        {
            if (disposing)
                Settle();
        }
        finally
        {
            _operation?.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>Gives a change, and takes the replies that are there. Waits where too many are under way.</summary>
    /// <param name="change">The JSON of a change.</param>
    /// <param name="item">What it is about.</param>
    /// <param name="secret">The password, which is disposed of here.</param>
    private protected void Submit(string change, Submitted item, SecretBytes? secret = null)
    {
        try
        {
            WriteOperation operation = Begin();
            while (!operation.Submit(change, secret))
                if (!TakeNext(SliceMilliseconds))
                    throw Stopped();
            _underWay.Enqueue(item);
        }
        finally
        {
            secret?.Dispose();
        }
        while (_operation!.Wait(0) is ScimState.Ready or ScimState.NeedsInput)
            TakeNext(0);
    }

    /// <summary>
    /// Reads one resource by its id. Never more are under way than may be in flight, so a pipeline that stops early has
    /// sent fewer than that too many. On Entra the number starts low and grows with each reply that was used.
    /// </summary>
    /// <param name="read">The read.</param>
    /// <param name="id">The id.</param>
    /// <param name="wanted">How many more resources are wanted. Asked again after each reply.</param>
    private protected void Read(ChangeText read, string id, Func<ulong> wanted)
    {
        while (_underWay.Count > 0 && (ulong)_underWay.Count >= Math.Min(wanted(), ReadsUnderWay))
            if (!TakeNext(SliceMilliseconds))
                throw Stopped();
        if (wanted() > 0)
            Submit(read.ToString(), new Submitted(id, ""));
    }

    private ulong ReadsUnderWay => (ulong)(Resolved.IsEntra ? Math.Min(InFlight, FirstReads + _replies) : InFlight);

    /// <summary>Tells of an object that cannot be sent, when its turn comes.</summary>
    private protected void Refuse(ScimException error, Submitted item)
    {
        item.Refused = error;
        _underWay.Enqueue(item);
        TellRefused();
    }

    /// <summary>Writes an object for which there was nothing to send, when its turn comes.</summary>
    private protected void Keep(ScimResource unchanged, Submitted item)
    {
        item.Unchanged = unchanged;
        _underWay.Enqueue(item);
        TellRefused();
    }

    /// <summary>Whether the object of a reply goes down the pipeline.</summary>
    private protected virtual bool ShowsResult => true;

    /// <summary>What came of one change: the object, if the reply has one.</summary>
    private protected virtual void Done(WriteOperation operation, Submitted item)
    {
    }

    /// <summary>What would be sent for one change.</summary>
    private protected virtual void Planned(WriteOperation operation, Submitted item)
    {
    }

    private WriteOperation Begin()
    {
        if (_operation is not null)
            return _operation;
        Library.Load();
        // Its clock and its cost begin before the first request.
        _ = Progress;
        string options = new JsonText()
            .Add("throttleLimit", InFlight)
            .Add("dryRun", IsDryRun)
            .Add("journal", JournalPath)
            .Add("command", JournalPath is null ? null : MyInvocation.MyCommand.Name)
            .ToString();
        lock (_lock)
        {
            if (_stopped)
                throw Stopped();
            return _operation = Resolved.Session.Write(options);
        }
    }

    /// <summary>Waits for the next reply, for so long at most, and tells of it; false where none will come.</summary>
    private bool TakeNext(uint milliseconds)
    {
        if (_operation is null)
            return false;
        ScimState state = _operation.Wait(milliseconds);
        Tell(_operation);
        switch (state)
        {
            case ScimState.Pending:
                return true;
            case ScimState.NeedsInput:
                _operation.Answer();
                return true;
            case ScimState.Ready:
                _operation.Take();
                TellOfReply();
                TellRefused();
                return true;
            case ScimState.Failed:
                ThrowTerminating(_operation.Failure());
                return false;
            default:
                return false;
        }
    }

    /// <summary>Tells of those that were not sent, refused or unchanged, where it is their turn.</summary>
    private void TellRefused()
    {
        while (_underWay.Count > 0 && !_underWay.Peek().WasTaken)
        {
            Submitted item = _underWay.Peek();
            try
            {
                if (item.Unchanged is ScimResource unchanged)
                    WriteObject(unchanged);
                else
                    WriteFailure(item.Refused!.Of(item.Label), item.Target);
            }
            catch (Exception e) when (e is not PipelineStoppedException)
            {
                _underWay.Dequeue();
                throw;
            }
            _underWay.Dequeue();
        }
    }

    /// <summary>
    /// Tells of the object to which a reply was taken. Where a stop does not let it be told, it stays with what became of it:
    /// its reply does not come again.
    /// </summary>
    private void TellOfReply()
    {
        Submitted item = _underWay.First(each => each.WasTaken);
        bool isItsTurn = false;
        try
        {
            Took(_operation!);
            TellRefused();
            isItsTurn = true;
            TellOf(item);
        }
        catch (Exception e)
        {
            if (isItsTurn && e is not PipelineStoppedException)
                _underWay.Dequeue();
            else
                item.Outcome = Outcome(_operation!);
            throw;
        }
        _underWay.Dequeue();
        _replies++;
    }

    private void TellOf(Submitted item)
    {
        switch (_operation!.Outcome)
        {
            case ScimOutcome.Done or ScimOutcome.AlreadyDone:
                if (ShowsResult)
                    Tell(_operation.Incomplete);
                Done(_operation, item);
                break;
            case ScimOutcome.Planned:
                Planned(_operation, item);
                break;
            case ScimOutcome.Unchanged:
                WriteVerbose($"{item.Label}: nothing to change.");
                break;
        }
        if (_operation.ReplyFailure() is ScimException error)
            WriteFailure(error.Of(item.Label), item.Target);
    }

    /// <summary>
    /// Ends what is under way when the pipeline takes nothing any more: Ctrl+C, -ErrorAction Stop, a Select-Object that has
    /// enough. The host is told, since no stream can be.
    /// </summary>
    private void Settle()
    {
        if (_operation is null || _underWay.Count == 0)
            return;
        if (!TellsWhenStopped)
        {
            _operation.Cancel();
            return;
        }
        _operation.Stop();
        var outcomes = new List<string>();
        while (_underWay.Count > 0 && Outcome() is string outcome)
            outcomes.Add($"{_underWay.Dequeue().Label}: {outcome}");
        outcomes.AddRange(_underWay.Select(item => $"{item.Label}: {(item.WasTaken ? "unknown" : "not sent")}"));
        _underWay.Clear();
        if (outcomes.Count > MostTold)
            outcomes[MostTold] = $"… and {outcomes.Count - MostTold} more";
        foreach (string line in outcomes.Take(MostTold + 1))
            _host?.UI?.WriteWarningLine(line);
    }

    /// <summary>Whether what became of objects matters after the pipeline was stopped: not where nothing is changed.</summary>
    private protected virtual bool TellsWhenStopped => false;

    /// <summary>What became of the oldest object under way, or null where no reply will come.</summary>
    private string? Outcome()
    {
        Submitted item = _underWay.Peek();
        if (!item.WasTaken)
            return item.Refused is ScimException refused ? "not sent: " + refused.Message : "done";
        if (item.Outcome is not null)
            return item.Outcome;
        while (true)
        {
            switch (_operation!.Wait(SliceMilliseconds))
            {
                case ScimState.Pending:
                    continue;
                case ScimState.Ready:
                    _operation.Take();
                    return Outcome(_operation);
                default:
                    return null;
            }
        }
    }

    private static string Outcome(WriteOperation operation)
    {
        string because = operation.ReplyFailure() is ScimException error ? ": " + error.Message : "";
        return operation.Outcome switch
        {
            ScimOutcome.Done or ScimOutcome.AlreadyDone or ScimOutcome.Unchanged => "done",
            ScimOutcome.NotSent or ScimOutcome.Planned => "not sent",
            ScimOutcome.Failed => "failed" + because,
            _ => "unknown" + because,
        };
    }

    private static PipelineStoppedException Stopped() => new();
}
