using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json.Nodes;

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

    /// <summary>All of them.</summary>
    internal static IEnumerable<Defect> All() =>
    [
        new NullDefect(),
        new RepeatedPostDefect(),
        new ForgottenMemberDefect(),
        new ResultDefect("reports a change that failed as done", (result, _) => { result.Errors.Clear(); result.Warnings.Clear(); }),
        new ResultDefect("drops a row after a fault", (result, struck) => Remove(result, struck ? result.Output.Count - 1 : -1)),
        new ResultDefect("gives a row twice after a fault", (result, struck) => Repeat(result, struck)),
        new ResultDefect("drops the first row where the network is good", (result, struck) => Remove(result, struck ? -1 : 0)),
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

/// <summary>Sends a removal of an attribute that nobody edited with each PATCH of a user.</summary>
internal sealed class NullDefect() : Defect("sends a null for what wasn't edited")
{
    internal override Request? Alter(Request request)
    {
        if (request.Method != "PATCH" || !request.Target.Contains("/users/", StringComparison.OrdinalIgnoreCase))
            return null;
        JsonNode patch = JsonNode.Parse(request.Body)!;
        ((JsonArray)patch["Operations"]!).Add(new JsonObject { ["op"] = "remove", ["path"] = "externalId" });
        return request with { Body = Encoding.UTF8.GetBytes(patch.ToJsonString()) };
    }
}

/// <summary>Sends a POST again whose response was lost.</summary>
internal sealed class RepeatedPostDefect() : Defect("retries a POST of a group")
{
    internal override bool SendsTwice(Request request, FaultKind? fault) =>
        request.Method == "POST" && fault is FaultKind.ResetAfter or FaultKind.BadGatewayAfter or FaultKind.CutHead;
}

/// <summary>Leaves out one of several members that are added.</summary>
internal sealed class ForgottenMemberDefect() : Defect("forgets one of several members")
{
    internal override Request? Alter(Request request)
    {
        if (request.Method != "PATCH" || JsonNode.Parse(request.Body) is not JsonObject patch || patch["Operations"] is not JsonArray { Count: > 0 } operations)
            return null;
        if (operations[0]!["path"]?.ToString() != "members" || operations[0]!["value"] is not JsonArray { Count: > 1 } members)
            return null;
        members.RemoveAt(members.Count - 1);
        return request with { Body = Encoding.UTF8.GetBytes(patch.ToJsonString()) };
    }
}
