using System.Collections.Generic;

namespace PSScim.Changes;

/// <summary>An input object, as errors and results are told of it.</summary>
/// <param name="target">What names the object to scripts: its id or its name, never a row.</param>
/// <param name="label">What people know it by, with its place in the input: <c>Row 3 (ann@contoso.com)</c>.</param>
/// <param name="name">What people know it by, with its id, for prompts.</param>
internal sealed class Submitted(object? target, string label, string? name = null)
{
    internal object? Target { get; } = target;

    internal string Label { get; } = DisplayText.Message(label);

    internal string Name { get; } = DisplayText.Message(name is { Length: > 0 } ? name : label);

    /// <summary>The object on which values were set, and which: they are no edits any more once they were sent.</summary>
    internal (ScimResource Resource, IReadOnlyList<KeyValuePair<string, object?>> Edits)? Edited { get; set; }

    /// <summary>The object as it was given, which a plan compares with; null where a row, a name or an id was given.</summary>
    internal ScimResource? Resource { get; set; }

    /// <summary>For a member: what is done to which group, <c>Add to group 7</c>. Plans count these; null otherwise.</summary>
    internal string? Membership { get; set; }

    /// <summary>Why it was not even sent, or null.</summary>
    internal ScimException? Refused { get; set; }

    /// <summary>What to write when its turn comes, where there was nothing to send; null otherwise.</summary>
    internal ScimResource? Unchanged { get; set; }

    /// <summary>What became of it, in a word or two, where that is known and could not be told; null otherwise.</summary>
    internal string? Outcome { get; set; }

    /// <summary>Whether the library has it: false where it was refused here, or had nothing to send.</summary>
    internal bool WasTaken => Refused is null && Unchanged is null;
}
