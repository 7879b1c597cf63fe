namespace PSScim.Changes;

/// <summary>An input object, as errors and results are told of it.</summary>
/// <param name="target">The object, as the user gave it.</param>
/// <param name="label">What people know it by, with its place in the input: <c>Row 3 (ann@contoso.com)</c>.</param>
internal sealed class Submitted(object? target, string label)
{
    internal object? Target { get; } = target;

    internal string Label { get; } = label;

    /// <summary>Why it was not even sent, or null.</summary>
    internal ScimException? Refused { get; set; }

    /// <summary>What became of it, in a word or two, where that is known and could not be told; null otherwise.</summary>
    internal string? Outcome { get; set; }

    /// <summary>Whether the service was asked about it: false where it was refused here.</summary>
    internal bool WasTaken => Refused is null;
}
