using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;

namespace PSScim.Model;

/// <summary>A case that failed, and the simplest one that fails alike.</summary>
internal sealed record Failure(Case Case, Finding Finding, IReadOnlyList<string> Commands, IReadOnlyList<Exchange> Log, int Tries)
{
    internal void Write(TextWriter writer, string command)
    {
        writer.WriteLine($"--- seed {Case.Seed}: {Finding.Kind}");
        writer.WriteLine(Case);
        foreach (string one in Commands)
            writer.WriteLine("    > " + one);
        writer.WriteLine($"    expected {Finding.Expected}");
        writer.WriteLine($"    got      {Finding.Got}");
        foreach (Exchange exchange in Log.Take(30))
            writer.WriteLine($"    {(exchange.ToString() is { Length: > 400 } text ? text[..400] + "..." : exchange)}");
        writer.WriteLine($"    (made simpler in {Tries} runs) Again: {command} --seed {Case.Seed}");
    }
}

/// <summary>Runs cases, and makes those that fail simpler.</summary>
internal sealed class Runner(Engine engine, Coverage coverage, Defect? defect)
{
    private const int MaxTries = 150;

    /// <summary>How many cases were run, those for making one simpler not counted.</summary>
    internal int Runs { get; private set; }

    /// <summary>How many requests they sent.</summary>
    internal long Requests { get; private set; }

    /// <summary>Runs a case. Null where all holds.</summary>
    internal Failure? Run(Case run, bool simplify)
    {
        Runs++;
        Failure? failure = Try(run, counts: true);
        return failure is null || !simplify ? failure : Simplest(failure);
    }

    private Failure Simplest(Failure failure)
    {
        int tries = 0;
        var clock = Stopwatch.StartNew();
        for (bool found = true; found;)
        {
            found = false;
            foreach (Case simpler in failure.Case.Simpler())
            {
                if (++tries > MaxTries || clock.Elapsed > TimeSpan.FromSeconds(60))
                    return failure with { Tries = tries };
                if (Try(simpler, counts: false) is not Failure again || again.Finding.Kind != failure.Finding.Kind)
                    continue;
                failure = again;
                found = true;
                break;
            }
        }
        return failure with { Tries = tries };
    }

    private Failure? Try(Case run, bool counts)
    {
        var done = new List<Step>();
        using var world = new World(engine, run, defect);
        try
        {
            foreach (Step step in run.Steps)
            {
                world.Proxy.Break(run.Faults);
                done.Add(step);
                step.Run(world);
            }
            world.Proxy.Repair();
            world.CheckDirectory(string.Join("; ", world.Commands));
            return null;
        }
        catch (Finding finding)
        {
            return new Failure(run, finding, world.Commands, world.Proxy.Log, 0);
        }
        finally
        {
            if (counts)
            {
                Exchange[] log = world.Proxy.Log;
                Requests += log.Length;
                coverage.Add(run, done, log.Where(e => e.Fault is not null).Select(e => e.Fault!.Value));
            }
        }
    }
}
