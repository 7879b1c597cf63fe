using PSScim.Changes;
using PSScim.Native;

namespace PSScim;

/// <summary>What became of an object whose request was in flight when another one's error stopped the command.</summary>
public sealed class ScimInFlight
{
    internal ScimInFlight(Submitted item, WriteOperation operation, ScimResource? result)
    {
        (Label, Target, Result) = (item.Label, item.Target, result);
        Error = operation.ReplyFailure();
        IsNotSent = operation.Outcome is ScimOutcome.NotSent or ScimOutcome.Planned;
        Outcome = operation.Outcome switch
        {
            ScimOutcome.Done or ScimOutcome.AlreadyDone => "done",
            ScimOutcome.Unchanged => "unchanged",
            ScimOutcome.NotSent or ScimOutcome.Planned => "not sent",
            ScimOutcome.Failed => "refused",
            _ => "unknown",
        };
    }

    /// <summary>The object, with its place in the input: <c>Row 3 (ann@contoso.com)</c>.</summary>
    public string Label { get; }

    /// <summary>The object's id or name, as the input gave it.</summary>
    public object? Target { get; }

    /// <summary><c>done</c>, <c>unchanged</c>, <c>refused</c> or <c>unknown</c>.</summary>
    public string Outcome { get; }

    /// <summary>The object that was created or read; null where there is none.</summary>
    public object? Result { get; }

    /// <summary>Why it was refused or isn't known; null otherwise.</summary>
    public ScimException? Error { get; }

    internal bool IsNotSent { get; }

    /// <summary>The object and what became of it.</summary>
    public override string ToString() => $"{Label}: {Outcome}";
}
