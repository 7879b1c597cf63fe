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
        new("PowerShell: Import-Csv skips a row whose only cell is empty, quoted or not, so a CSV of one column can't be read whole", (_, finding) =>
            finding.Command.Contains(".csv", StringComparison.Ordinal)
            && !finding.Command.Split("-Attributes")[^1].Contains(',', StringComparison.Ordinal)
            && finding.Kind.StartsWith("an export: ", StringComparison.Ordinal)),
        new("writes: a PUT to a server that gives a multi-valued attribute as one object leaves a typed value as it was", (run, finding) =>
            run.Has("odd-values") && run.Quirks.Any(quirk => quirk is "no-patch" or "unsaid-no-patch")
            && finding.Kind == "a user became something else than asked"),
    ];

    internal static KnownFailure? Of(Case run, Finding finding) => All.FirstOrDefault(known => known.Is(run, finding));
}
