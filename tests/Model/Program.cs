using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;

namespace PSScim.Model;

/// <summary>Model-based tests of the module in the real engine: tests/README.md. Ends with 1 where something didn't hold.</summary>
internal static class Program
{
    private const string Command = "dotnet run --project tests/Model --";
    private const string Usage = """
        dotnet run --project tests/Model -- [options]
          --seeds N      runs the seeds from the first one on (300)
          --first N      the first seed (1)
          --fresh N      runs this many seeds more, which nobody has run before (0)
          --minutes N    stops starting cases after this many minutes (60)
          --seed N       runs one seed, and prints what it does
          --table        prints the table of pairs
          --defects      runs the deliberate defects in place of PSScim itself: each has to be found
        """;

    private static int Main(string[] arguments)
    {
        var options = new Dictionary<string, string>();
        for (int i = 0; i < arguments.Length; i++)
            options[arguments[i]] = i + 1 < arguments.Length && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal) ? arguments[++i] : "";
        if (options.Keys.Except(["--seeds", "--first", "--fresh", "--minutes", "--seed", "--table", "--defects"]).Any())
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }
        long Number(string name, long otherwise) =>
            options.TryGetValue(name, out string? text) ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;

        using var engine = new Engine();
        if (options.ContainsKey("--defects"))
            return Defects(engine, Number("--seeds", 200));
        bool one = options.ContainsKey("--seed");
        IEnumerable<long> seeds = one
            ? [Number("--seed", 0)]
            : Mixed(Range(Number("--first", 1), Number("--seeds", 300)), Fresh(Number("--fresh", 0)));
        return Seeds(engine, seeds, TimeSpan.FromMinutes(Number("--minutes", 60)), one, options.ContainsKey("--table"));
    }

    private static int Seeds(Engine engine, IEnumerable<long> seeds, TimeSpan limit, bool explain, bool table)
    {
        var coverage = new Coverage();
        var runner = new Runner(engine, coverage, null);
        var clock = Stopwatch.StartNew();
        var known = new Dictionary<KnownFailure, List<long>>();
        int failed = 0;
        foreach (long seed in seeds)
        {
            if (clock.Elapsed > limit)
            {
                Console.WriteLine($"Stopped before seed {seed}: {limit.TotalMinutes:0} minutes are over.");
                break;
            }
            Case run = Generator.Make(seed);
            if (explain)
                Console.WriteLine($"{run}\n{string.Join("\n", run.Steps)}");
            if (runner.Run(run, simplify: true) is not Failure failure)
                continue;
            if (KnownFailure.Of(failure.Case, failure.Finding) is KnownFailure which)
            {
                if (!known.TryGetValue(which, out List<long>? of))
                    known[which] = of = [];
                of.Add(seed);
                if (!explain)
                    continue;
            }
            else
                failed++;
            failure.Write(Console.Out, Command);
        }
        if (table)
            coverage.Write(Console.Out);
        foreach (KnownFailure entry in KnownFailure.All)
            Console.WriteLine(known.TryGetValue(entry, out List<long>? of)
                ? $"known: {entry.What} ({of.Count} seeds, such as {of[0]})"
                : $"known, and not seen: {entry.What}");
        Console.WriteLine($"{runner.Runs} cases, {runner.Requests} requests, {clock.Elapsed.TotalSeconds:0} s; {failed} failed, {known.Values.Sum(k => k.Count)} failed in a known way.");
        return failed == 0 ? 0 : 1;
    }

    /// <summary>Each deliberate defect has to be found within a number of seeds.</summary>
    private static int Defects(Engine engine, long within)
    {
        int missed = 0;
        foreach (Defect defect in Defect.All())
        {
            var runner = new Runner(engine, new Coverage(), defect);
            // What fails without the defect, too, doesn't count.
            var honest = new Runner(engine, new Coverage(), null);
            long found = Range(1, within).FirstOrDefault(seed =>
                runner.Run(Generator.Make(seed), simplify: false) is Failure failure && honest.Run(Generator.Make(seed), simplify: false) is null);
            Console.WriteLine(found == 0 ? $"NOT FOUND within {within} seeds: {defect.Name}" : $"found by seed {found}: {defect.Name}");
            if (found == 0)
                missed++;
        }
        return missed == 0 ? 0 : 1;
    }

    private static IEnumerable<long> Range(long first, long count)
    {
        for (long seed = first; seed < first + count; seed++)
            yield return seed;
    }

    /// <summary>One of the second after every two of the first, so that a limit of time leaves some of both.</summary>
    private static IEnumerable<long> Mixed(IEnumerable<long> first, IEnumerable<long> second)
    {
        using IEnumerator<long> other = second.GetEnumerator();
        int n = 0;
        foreach (long seed in first)
        {
            yield return seed;
            if (++n % 2 == 0 && other.MoveNext())
                yield return other.Current;
        }
        while (other.MoveNext())
            yield return other.Current;
    }

    /// <summary>Seeds from the time of day, far from those that are always run.</summary>
    private static IEnumerable<long> Fresh(long count) =>
        Range(1_000_000 + DateTime.UtcNow.Ticks / TimeSpan.TicksPerMillisecond % 1_000_000_000_000, count);
}
