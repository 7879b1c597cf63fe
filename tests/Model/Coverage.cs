using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace PSScim.Model;

/// <summary>Which pairs of a server's behavior, a step, a form of input and a fault have been run, and how often.</summary>
internal sealed class Coverage
{
    private readonly Dictionary<(string, string), int> _pairs = [];

    /// <summary>Counts a case that was run.</summary>
    internal void Add(Case run, IReadOnlyList<Step> steps, IEnumerable<FaultKind> struck)
    {
        string[] behaviors = [.. run.Behaviors.Select(b => "server: " + b)];
        string[] faults = [.. struck.Distinct().Select(f => "fault: " + f).DefaultIfEmpty("fault: none")];
        string[] did = [.. steps.Select(s => "step: " + s.Name).Distinct()], forms = [.. steps.Select(s => "form: " + s.Form).Distinct()];
        string[][] sides = [behaviors, did, forms, faults];
        for (int i = 0; i < sides.Length; i++)
            for (int j = i; j < sides.Length; j++)
                foreach (string a in sides[i])
                    foreach (string b in sides[j])
                        if (i != j || string.CompareOrdinal(a, b) < 0)
                            _pairs[(a, b)] = _pairs.GetValueOrDefault((a, b)) + 1;
    }

    /// <summary>Writes how many of the pairs were run, and those that never were.</summary>
    internal void Write(TextWriter writer)
    {
        string[] all =
        [
            .. _pairs.Keys.SelectMany(k => new[] { k.Item1, k.Item2 })
                .Concat(Servers.Quirks.Select(q => "server: " + q)).Concat(Enum.GetNames<FaultKind>().Select(f => "fault: " + f))
                .Distinct().Order(StringComparer.Ordinal),
        ];
        string[] kinds = [.. all.Select(Kind).Distinct()];
        writer.WriteLine("| pairs | possible | run | fewest runs of one | never run |");
        writer.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (string a in kinds)
            foreach (string b in kinds.Where(b => string.CompareOrdinal(a, b) <= 0))
            {
                // A step has its own forms, and one case has few steps and faults.
                if ((a == b && a != "server") || (a, b) == ("form", "step"))
                    continue;
                (string, string)[] possible = [.. Possible(all, a, b)];
                if (possible.Length == 0)
                    continue;
                (string, string)[] never = [.. possible.Where(p => Runs(p) == 0)];
                string few = string.Join(", ", never.Take(3).Select(p => $"{p.Item1} x {p.Item2}"));
                writer.WriteLine($"| {a} x {b} | {possible.Length} | {possible.Length - never.Length} | {possible.Min(Runs)} | {never.Length}{(few.Length == 0 ? "" : ": " + few)} |");
            }
    }

    private int Runs((string A, string B) pair) => _pairs.GetValueOrDefault(pair) + (pair.A == pair.B ? 0 : _pairs.GetValueOrDefault((pair.B, pair.A)));

    private static IEnumerable<(string, string)> Possible(string[] all, string a, string b)
    {
        foreach (string one in all.Where(x => Kind(x) == a))
            foreach (string other in all.Where(x => Kind(x) == b && (a != b || string.CompareOrdinal(one, x) < 0)))
                if (a != b || (!IsAlone(one) && !IsAlone(other)))
                    yield return (one, other);
    }

    /// <summary>Entra, and a server without quirks, aren't combined with other behaviors.</summary>
    private static bool IsAlone(string behavior) => behavior is "server: entra" or "server: plain";

    private static string Kind(string name) => name.Split(':')[0];
}
