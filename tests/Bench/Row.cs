using System;
using System.Collections.Generic;
using System.Linq;

namespace PSScim.Bench;

/// <summary>One thing that is measured, and what was measured of it, round by round.</summary>
internal sealed class Row(string name, Func<Job, Outcome> measure, bool isSlow = false)
{
    private readonly List<(int Round, Outcome Outcome)> _rounds = [];

    internal string Name => name;

    internal bool IsSlow => isSlow;

    /// <summary>Why there are no figures.</summary>
    internal string? Failure { get; set; }

    internal bool HasFigures => _rounds.Count > 0;

    internal double Median => Middle(_rounds.Select(r => r.Outcome.Seconds));

    internal double Minimum => _rounds.Min(r => r.Outcome.Seconds);

    internal double Maximum => _rounds.Max(r => r.Outcome.Seconds);

    internal void Run(int round, Job job)
    {
        Outcome outcome = measure(job);
        if (outcome.Failure is null)
            _rounds.Add((round, outcome));
        else
            Failure = outcome.Failure;
    }

    /// <summary>The median of a figure; null where there is none.</summary>
    internal double? Figure(Func<Outcome, double?> figure) =>
        HasFigures && _rounds.All(r => figure(r.Outcome) is not null) ? Middle(_rounds.Select(r => figure(r.Outcome)!.Value)) : null;

    /// <summary>How many times another row's time this one takes: the median of the rounds that both were in.</summary>
    internal double? TimesOf(Row other)
    {
        Dictionary<int, double> others = other._rounds.ToDictionary(r => r.Round, r => r.Outcome.Seconds);
        double[] ratios = [.. _rounds.Where(r => others.ContainsKey(r.Round)).Select(r => r.Outcome.Seconds / others[r.Round])];
        return ratios.Length == 0 ? null : Middle(ratios);
    }

    private static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
