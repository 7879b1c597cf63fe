using System;
using System.Collections.Generic;
using System.Linq;

namespace PSScim.Model;

/// <summary>
/// A fault of PSScim that was found and isn't mended yet. A case that shows it doesn't fail the run, and is counted and
/// printed. Remove an entry with the change that mends it; a run prints the entries that no case showed.
/// </summary>
/// <param name="What">What a user sees, and when.</param>
/// <param name="Is">Whether a finding, in a case made as simple as it gets, is this one.</param>
internal sealed record KnownFailure(string What, Func<Case, Finding, bool> Is)
{
    internal static IReadOnlyList<KnownFailure> All { get; } =
    [
    ];

    internal static KnownFailure? Of(Case run, Finding finding) => All.FirstOrDefault(known => known.Is(run, finding));
}
