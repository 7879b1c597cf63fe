using System;
using System.Collections.Generic;
using System.Linq;

namespace PSScim.Model;

/// <summary>What has to hold for whatever reads.</summary>
internal static class Reading
{
    /// <summary>
    /// Holds what came against what should have come. True where all of it came; false where not, and the command says so.
    /// </summary>
    /// <exception cref="Finding">More came, or something else, or less without a word.</exception>
    internal static bool Check(
        World world, string command, string[] expected, IReadOnlyList<string> got, Result result, string what = "a list")
    {
        if (expected.SequenceEqual(got))
        {
            if (result.Errors.Count > 0 && world.MustSucceed && !world.Case.MayFail())
                throw Difference($"{what}: an error though all came", command, expected, got, result);
            return true;
        }
        if (got.Distinct().Count() > expected.Distinct().Count() || got.Count > expected.Length)
            throw Difference($"{what}: too much", command, expected, got, result);
        if (!IsPartOf(got, expected))
            throw Difference(got.Except(expected).Any() ? $"{what}: other values" : $"{what}: another order, or twice", command, expected, got, result);
        if (result.IsSilent)
        {
            if (world.Case.HidesSomething())
                return true;
            throw Difference($"{what}: too little, and nothing says so", command, expected, got, result);
        }
        if (result.Errors.Count > 0 && !IsBeginning(got, expected) && !world.Case.HidesSomething())
            throw Difference($"{what}: a gap before the error", command, expected, got, result);
        if (world.MustSucceed && !world.Case.MayFail())
            throw Difference($"{what}: fails without a reason", command, expected, got, result);
        return false;
    }

    internal static Finding Difference(string kind, string command, string[] expected, IReadOnlyList<string> got, Result result)
    {
        string[] missing = [.. expected.Except(got).Take(3)], extra = [.. got.Except(expected).Take(3)];
        return new Finding(
            kind, command,
            $"{expected.Length}{(missing.Length == 0 ? "" : "; missing:\n" + string.Join("\n", missing))}",
            $"{got.Count}{(extra.Length == 0 ? "" : "; instead:\n" + string.Join("\n", extra))}"
                + string.Concat(result.Errors.Take(3).Select(e => "\nerror: " + e)) + string.Concat(result.Warnings.Take(3).Select(w => "\nwarning: " + w)));
    }

    private static bool IsPartOf(IReadOnlyList<string> part, IReadOnlyList<string> whole)
    {
        int at = 0;
        foreach (string one in whole)
            if (at < part.Count && part[at] == one)
                at++;
        return at == part.Count;
    }

    private static bool IsBeginning(IReadOnlyList<string> part, string[] whole) => part.SequenceEqual(whole.Take(part.Count));
}
