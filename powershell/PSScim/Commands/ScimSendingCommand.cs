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
    private bool _stopsOnError;
    private bool _warnsHost;
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

    /// <summary>Whether objects are looked for whose creation an earlier run could not confirm.</summary>
    private protected virtual bool FindsUnknown => false;

    /// <summary>Finds the connection and the host.</summary>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _host = Host;
        _stopsOnError = TellsWhenStopped && Preference("ErrorAction", "ErrorActionPreference") == ActionPreference.Stop;
        _warnsHost = Preference("WarningAction", "WarningPreference") is not (ActionPreference.SilentlyContinue or ActionPreference.Ignore);
    }

    /// <summary>What a common parameter says, or else the variable.</summary>
    private ActionPreference Preference(string parameter, string variable) =>
        (MyInvocation.BoundParameters.TryGetValue(parameter, out object? given) ? given : GetVariableValue(variable))
            is object value && LanguagePrimitives.TryConvertTo(value, out ActionPreference preference)
            ? preference
            : ActionPreference.Continue;

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
        // What comes before it was asked for, and is waited for; nothing that comes behind it is sent.
        while (_stopsOnError && _underWay.Peek().WasTaken && TakeNext(SliceMilliseconds))
        {
        }
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
            .Add("stopOnError", _stopsOnError ? true : null)
            .Add("findUnknown", FindsUnknown ? true : null)
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
                // Each change that the library took has had its reply, and the failure says how many were not sent.
                _underWay.Clear();
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
                    Fail(item, item.Refused!, ScimOutcome.Failed);
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
                Done(_operation, item);
                break;
        }
        if (_operation.ReplyFailure() is ScimException error)
            Fail(item, error, _operation.Outcome);
    }

    /// <summary>
    /// Writes an error. Where it stops the command, nothing further is sent, what is in flight is waited for, and the error
    /// says what became of it.
    /// </summary>
    private void Fail(Submitted item, ScimException error, ScimOutcome outcome)
    {
        // The journal is refused as a whole, by the error that ends the command.
        if (outcome == ScimOutcome.NotSent && error.Id == nameof(ErrorId.JournalMismatch))
            return;
        if (!_stopsOnError)
        {
            WriteFailure(error.Of(item.Label), item.Target);
            return;
        }
        List<ScimInFlight> others = Rest(item);
        // One that was not sent because of a later one isn't why the command stops.
        int cause = outcome == ScimOutcome.NotSent ? others.FindIndex(other => other.Error is not null && !other.IsNotSent) : -1;
        ScimException stops = cause < 0 ? error.Of(item.Label) : others[cause].Error!.Of(others[cause].Label);
        object? target = cause < 0 ? item.Target : others[cause].Target;
        if (cause >= 0)
            others.RemoveAt(cause);
        others.RemoveAll(other => other.IsNotSent);
        stops = stops.With(others);
        foreach (ScimInFlight other in others.Take(MostTold))
            WriteWarning($"{other.Label}: {other.Outcome}, sent before the error.");
        if (others.Count > MostTold)
            WriteWarning($"{others.Count - MostTold} more were sent before the error. InFlight of the exception has them all.");
        WriteFailure(stops, target);
        // The engine stops here as a rule; where it doesn't, nothing more may be sent all the same.
        ThrowTerminatingError(stops.ToErrorRecord(target));
    }

    /// <summary>What became of all that is under way besides one object. Nothing further is sent.</summary>
    private List<ScimInFlight> Rest(Submitted item)
    {
        var rest = new List<ScimInFlight>();
        _operation?.Stop();
        Submitted[] others = [.. _underWay.Where(other => other != item)];
        foreach (Submitted other in others)
        {
            if (!other.WasTaken)
                continue;
            if (!TakesReply())
                break;
            Took(_operation!);
            rest.Add(new ScimInFlight(other, _operation!, InFlightResult(_operation!, other)));
        }
        _underWay.Clear();
        _underWay.Enqueue(item);
        return rest;
    }

    /// <summary>The object of a reply, for the error that stops the command.</summary>
    private protected virtual ScimResource? InFlightResult(WriteOperation operation, Submitted item) => null;

    /// <summary>Waits for the next reply and takes it; false where none will come.</summary>
    private bool TakesReply()
    {
        while (true)
        {
            switch (_operation!.Wait(SliceMilliseconds))
            {
                case ScimState.Pending:
                    continue;
                case ScimState.NeedsInput:
                    _operation.Answer();
                    continue;
                case ScimState.Ready:
                    _operation.Take();
                    return true;
                default:
                    return false;
            }
        }
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
        bool hasFailed = _operation.Wait(0) == ScimState.Failed;
        outcomes.AddRange(_underWay.Select(item => $"{item.Label}: {(item.WasTaken && !hasFailed ? "unknown" : "not sent")}"));
        _underWay.Clear();
        if (outcomes.Count > MostTold)
            outcomes[MostTold] = $"… and {outcomes.Count - MostTold} more";
        foreach (string line in outcomes.Take(_warnsHost ? MostTold + 1 : 0))
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
        return TakesReply() ? Outcome(_operation!) : null;
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
