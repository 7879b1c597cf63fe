using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace PSScim.Model;

/// <summary>What ids look like.</summary>
internal enum IdStyle
{
    Guid,
    Number,
    Path,
    Mail,
    Word,
}

/// <summary>A directory, which follows from these numbers alone.</summary>
/// <param name="Users">How many users.</param>
/// <param name="Groups">How many groups.</param>
/// <param name="Seed">What the people are called, and who is in which group.</param>
/// <param name="IsOdd">Whether names have quotes, emoji and blanks, and attributes are missing, null or empty.</param>
/// <param name="Ids">What ids look like; of a plain server only.</param>
/// <param name="PageSize">The most resources that a plain server puts on a page.</param>
internal sealed record DirectorySpec(int Users, int Groups, int Seed, bool IsOdd, IdStyle Ids, int PageSize);

/// <summary>One run: a directory, a server, what goes wrong, and the commands.</summary>
internal sealed record Case(
    long Seed,
    bool IsEntra,
    ImmutableArray<string> Quirks,
    DirectorySpec Directory,
    ImmutableArray<Fault> Faults,
    string ErrorPreference,
    ImmutableArray<Step> Steps)
{
    internal bool Has(string quirk) => Quirks.Contains(quirk);

    internal IEnumerable<string> Behaviors => IsEntra ? ["entra"] : Quirks.Length == 0 ? ["plain"] : Quirks;

    /// <summary>Simpler runs, the simplest first, for finding out what a failure needs.</summary>
    internal IEnumerable<Case> Simpler()
    {
        for (int i = 0; i < Steps.Length && Steps.Length > 1; i++)
            yield return this with { Steps = Steps.RemoveAt(i) };
        for (int i = 0; i < Faults.Length; i++)
            yield return this with { Faults = Faults.RemoveAt(i) };
        for (int i = 0; i < Quirks.Length; i++)
            yield return this with { Quirks = Quirks.RemoveAt(i) };
        if (Directory.IsOdd)
            yield return this with { Directory = Directory with { IsOdd = false } };
        if (Directory.Ids != IdStyle.Guid)
            yield return this with { Directory = Directory with { Ids = IdStyle.Guid } };
        foreach (int fewer in Fewer(Directory.Users))
            yield return this with { Directory = Directory with { Users = fewer } };
        foreach (int fewer in Fewer(Directory.Groups))
            yield return this with { Directory = Directory with { Groups = fewer } };
        if (Directory.PageSize != 100)
            yield return this with { Directory = Directory with { PageSize = 100 } };
        if (ErrorPreference != "Continue")
            yield return this with { ErrorPreference = "Continue" };
        for (int i = 0; i < Steps.Length; i++)
            foreach (Step simpler in Steps[i].Simpler())
                yield return this with { Steps = Steps.SetItem(i, simpler) };
        for (int i = 0; i < Faults.Length; i++)
            if (Faults[i].At > 0)
                yield return this with { Faults = Faults.SetItem(i, Faults[i] with { At = Faults[i].At - 1 }) };
    }

    public override string ToString() => $"""
        server    {(IsEntra ? "Entra" : "plain" + (Quirks.Length == 0 ? "" : " with " + string.Join(", ", Quirks)))}
        directory {Directory}
        faults    {(Faults.Length == 0 ? "none" : string.Join("; ", Faults))}
        errors    {ErrorPreference}
        """;

    private static IEnumerable<int> Fewer(int count) =>
        new[] { 0, 1, 2, count / 4, count / 2, count - 10, count - 1 }.Where(n => n >= 0 && n < count).Distinct();
}

/// <summary>A command, or a few that belong together, and what has to come of it.</summary>
internal abstract record Step
{
    /// <summary>What the table of pairs calls it.</summary>
    internal abstract string Name { get; }

    /// <summary>What the table of pairs calls the form of its input.</summary>
    internal virtual string Form => "none";

    /// <summary>The same with less.</summary>
    internal virtual IEnumerable<Step> Simpler() => [];

    /// <summary>Runs it, and compares what came with the model.</summary>
    /// <exception cref="Finding">Something else came.</exception>
    internal abstract void Run(World world);
}

/// <summary>What the model and the commands don't agree on.</summary>
internal sealed class Finding(string kind, string command, string expected, string got) : Exception($"{kind}: {command}")
{
    /// <summary>The kind, which stays the same while the case is made simpler.</summary>
    internal string Kind { get; } = kind;

    internal string Command { get; } = command;

    internal string Expected { get; } = expected;

    internal string Got { get; } = got;
}
