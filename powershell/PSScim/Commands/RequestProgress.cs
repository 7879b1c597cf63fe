using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// The progress of a command that takes longer than a second: resources so far, speed, requests and cost, and the
/// remaining wait while the service throttles. Shown only in interactive sessions.
/// </summary>
internal sealed class RequestProgress(PSCmdlet command, string noun, ScimConnection? connection)
{
    private const int ActivityId = 0x5C1;
    private static readonly TimeSpan s_firstAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly bool _isWanted = IsWanted(command);
    private readonly decimal _costBefore = IsWanted(command) ? connection?.EstimatedCost ?? 0 : 0;
    private TimeSpan _drawn;
    private TimeSpan _waitEnds;
    private string _waitReason = "";
    private long _received;
    private long? _total;
    private long _requests;
    private bool _isShown;

    /// <summary>Receives an event of an operation.</summary>
    internal void Hear(ScimEventKind kind, string text, long milliseconds)
    {
        switch (kind)
        {
            case ScimEventKind.Request:
                _requests++;
                _waitEnds = TimeSpan.Zero;
                break;
            case ScimEventKind.Waiting:
                _waitEnds = _clock.Elapsed + TimeSpan.FromMilliseconds(milliseconds);
                _waitReason = text.StartsWith("429", StringComparison.Ordinal) ? "throttled" : "waiting to retry";
                break;
        }
    }

    /// <summary>Counts what came.</summary>
    /// <param name="resources">How many more.</param>
    /// <param name="total">How many there are in all, where the service says it.</param>
    internal void Receive(long resources, long? total) => Stand(_received + resources, total);

    /// <summary>Counts what came.</summary>
    /// <param name="resources">How many so far.</param>
    /// <param name="total">How many there are in all, where the service says it.</param>
    internal void Stand(long resources, long? total)
    {
        _received = resources;
        _total = total ?? _total;
    }

    /// <summary>Updates the display if it's due. Runs on the pipeline's thread.</summary>
    internal void Draw()
    {
        if (!_isWanted)
            return;
        TimeSpan now = _clock.Elapsed;
        if (now < s_firstAfter || (_isShown && now - _drawn < s_interval))
            return;
        _drawn = now;
        _isShown = true;
        Write(Record(now));
    }

    /// <summary>Removes the display: at the end, on an error, and when the user stops the command.</summary>
    internal void Remove()
    {
        if (!_isShown)
            return;
        _isShown = false;
        Write(new ProgressRecord(ActivityId, Activity, " ") { RecordType = ProgressRecordType.Completed });
    }

    private string Activity => command.MyInvocation.MyCommand.Name;

    private ProgressRecord Record(TimeSpan now)
    {
        var parts = new List<string>();
        TimeSpan wait = _waitEnds - now;
        if (wait > TimeSpan.Zero)
            parts.Add(string.Format(CultureInfo.InvariantCulture, "{0}, {1:0} s left", _waitReason, Math.Ceiling(wait.TotalSeconds)));
        if (_received > 0)
        {
            parts.Add(string.Format(CultureInfo.InvariantCulture, "{0:N0} {1}", _received, noun));
            parts.Add(string.Format(CultureInfo.InvariantCulture, "{0:N0}/s", _received / now.TotalSeconds));
        }
        parts.Add(string.Format(CultureInfo.InvariantCulture, "{0:N0} request{1}", _requests, _requests == 1 ? "" : "s"));
        if (connection is not null && connection.EstimatedCost - _costBefore is decimal cost and > 0)
            parts.Add(string.Format(CultureInfo.InvariantCulture, "USD {0:0.000}", cost));
        var record = new ProgressRecord(ActivityId, Activity, string.Join(", ", parts));
        if (_total is long total && total > 0 && _received > 0 && _received <= total)
        {
            record.PercentComplete = (int)(100 * _received / total);
            record.SecondsRemaining = (int)Math.Min(int.MaxValue, now.TotalSeconds * (total - _received) / _received);
        }
        return record;
    }

    private void Write(ProgressRecord record)
    {
        try
        {
            command.CommandRuntime.WriteProgress(ActivityId, record);
        }
        catch (Exception e) when (e is PipelineStoppedException or InvalidOperationException)
        {
            // The pipeline takes nothing any more, or the command is at its end; the screen still does.
            command.Host.UI?.WriteProgress(ActivityId, record);
        }
    }

    /// <summary>
    /// Whether the session is interactive: not a job, a remote session, a service, a process started with
    /// -NonInteractive, or a host without a screen, such as a runbook. In those, -ProgressAction turns progress on.
    /// $ProgressPreference applies everywhere.
    /// </summary>
    private static bool IsWanted(PSCmdlet command)
    {
        if (command.MyInvocation.BoundParameters.ContainsKey("ProgressAction"))
            return true;
        PSHost host = command.Host;
        return host.Name is not ("ServerRemoteHost" or "Default Host")
            && host.UI?.RawUI is not null
            && Environment.UserInteractive
            && !Environment.GetCommandLineArgs().Skip(1).Any(IsNonInteractive);
    }

    /// <summary>PowerShell takes the parameter of its program in any case, and cut short as far as -noni.</summary>
    private static bool IsNonInteractive(string argument)
    {
        string name = argument.TrimStart('-', '/');
        return name.Length < argument.Length && name.Length >= 4
            && "noninteractive".StartsWith(name, StringComparison.OrdinalIgnoreCase);
    }
}
