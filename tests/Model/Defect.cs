using System;
using System.Collections.Generic;
using System.Linq;

namespace PSScim.Model;

/// <summary>
/// A deliberate defect, seen from outside: what the commands give, or what reaches the server, is changed as if PSScim did
/// so. The tests have to find each.
/// </summary>
internal class Defect(string name)
{
    internal string Name { get; } = name;

    /// <summary>The request that is sent in place of one; null where it stays.</summary>
    internal virtual Request? Alter(Request request) => null;

    /// <summary>Whether a request is sent twice.</summary>
    internal virtual bool SendsTwice(Request request, FaultKind? fault) => false;

    /// <summary>Changes what came of a command.</summary>
    /// <param name="result">What came.</param>
    /// <param name="struck">Whether the network failed meanwhile.</param>
    internal virtual void Alter(Result result, bool struck)
    {
    }

    /// <summary>The defects of reading.</summary>
    internal static IEnumerable<Defect> OfReading() =>
    [
        new ResultDefect("drops a row after a fault", (result, struck) => Remove(result, struck ? result.Output.Count - 1 : -1)),
        new ResultDefect("gives a row twice after a fault", (result, struck) => Repeat(result, struck)),
        new ResultDefect("drops the first row of what follows a cursor", (result, struck) => Remove(result, struck || result.Output.Count is 0 or > 300 ? -1 : 0)),
        new ResultDefect("swallows the error of a list that breaks", (result, _) => result.Errors.Clear()),
        new ResultDefect("gives two rows in the wrong order", (result, _) => Swap(result)),
        new ResultDefect("shows a token", (result, _) => result.Said.Add("emulator-secret")),
    ];

    private static void Remove(Result result, int at)
    {
        if (at >= 0 && at < result.Output.Count)
            result.Output.RemoveAt(at);
    }

    private static void Repeat(Result result, bool struck)
    {
        if (struck && result.Output.Count > 0)
            result.Output.Add(result.Output[^1]);
    }

    private static void Swap(Result result)
    {
        if (result.Output.Count > 1)
            (result.Output[0], result.Output[1]) = (result.Output[1], result.Output[0]);
    }
}

/// <summary>A defect of what a command gives.</summary>
internal sealed class ResultDefect(string name, Action<Result, bool> alter) : Defect(name)
{
    internal override void Alter(Result result, bool struck) => alter(result, struck);
}
