using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Text.Json.Nodes;

namespace PSScim.Model;

/// <summary>Gets users or groups, and resumes where the list breaks.</summary>
internal sealed record ListStep(bool OfGroups, int? First, int? Skip, int? PageSize, string[]? Attributes, Query Query) : Step
{
    internal override string Name => (OfGroups ? "list groups" : "list users") + (First is null && Skip is null ? "" : " in part");

    internal override string Form => Query.Form.ToString();

    internal override IEnumerable<Step> Simpler()
    {
        if (First is not null)
            yield return this with { First = null };
        if (Skip is not null)
            yield return this with { Skip = null };
        if (PageSize is not null)
            yield return this with { PageSize = null };
        if (Attributes is not null)
            yield return this with { Attributes = null };
        if (Attributes is { Length: > 1 })
            yield return this with { Attributes = Attributes[..1] };
        if (Query.Form != QueryForm.All)
            yield return this with { Query = Query with { Form = QueryForm.All } };
    }

    internal override void Run(World world)
    {
        string noun = OfGroups ? "ScimGroup" : "ScimUser";
        string parameters = (PageSize is null ? "" : $" -PageSize {PageSize}")
            + (Attributes is null ? "" : " -Attributes " + string.Join(",", Attributes)) + Query.Parameters;
        string range = (First is null ? "" : $" -First {First}") + (Skip is null ? "" : $" -Skip {Skip}");
        string[] compared = Attributes ?? (OfGroups ? Shown.Group : Shown.User);
        IEnumerable<JsonObject> wanted = (OfGroups ? world.Model.Groups : world.Model.Users).Where(Query.Matches)
            .Skip(Skip ?? 0).Take(First ?? int.MaxValue);
        string[] expected = [.. wanted.Select(r => Shown.Expected(world.Case.AsSent(r, OfGroups), compared))];

        string command = $"Get-{noun}{range}{parameters}";
        Result result = world.Run(command);
        List<string> got = [.. result.Output.Select(o => Shown.Got(o, compared))];
        bool whole = Reading.Check(world, command, expected, got, result);
        if (whole || First is not null || Skip is not null)
            return;
        // Resume until it's done: the network is good now.
        for (int more = 0; more < 3 && result.Cursor is string cursor; more++)
        {
            world.Proxy.Repair();
            command = $"Get-{noun}{parameters} -Cursor {Query.Quote(cursor)}";
            result = world.Run(command);
            got.AddRange(result.Output.Select(o => Shown.Got(o, compared)));
            if (Reading.Check(world, command, expected, got, result, "resumed with -Cursor"))
                return;
        }
    }
}

/// <summary>Exports users, and resumes where the export breaks.</summary>
internal sealed record ExportStep(bool IsCsv, string[] Attributes, bool Twice) : Step
{
    internal override string Name => IsCsv ? "export to CSV" : "export to JSON lines";

    internal override string Form => Twice ? "-Resume" : "none";

    internal override IEnumerable<Step> Simpler()
    {
        for (int i = 0; i < Attributes.Length && Attributes.Length > 1; i++)
            yield return this with { Attributes = [.. Attributes.Where((_, at) => at != i)] };
    }

    internal override void Run(World world)
    {
        string path = Path.Combine(world.Folder, $"{world.Commands.Count}." + (IsCsv ? "csv" : "jsonl"));
        string command = $"Export-ScimUser {Query.Quote(path)} -Attributes {string.Join(",", Attributes)}";
        string[] expected = [.. world.Model.Users.Select(u => IsCsv ? Row(world.Case.AsSent(u, false)) : People.Id(u))];
        Result result = world.Run(command);
        if (!result.IsSilent && !File.Exists(path))
        {
            if (world.MustSucceed && !world.Case.MayFail())
                throw new Finding("an export fails without a reason", command, "success", string.Join("; ", result.Errors));
            world.Proxy.Repair();
            command += " -Resume";
            result = world.Run(command);
        }
        if (!File.Exists(path))
        {
            if (result.Errors.Count == 0)
                throw new Finding("an export leaves no file and reports no error", command, "a file", "none");
            return;
        }
        List<string> got = IsCsv
            ? [.. world.Run($"Import-Csv {Query.Quote(path)}").Output.Select(Row)]
            : [.. File.ReadLines(path).Select(line => JsonNode.Parse(line)!["id"]!.ToString())];
        Reading.Check(world, command, expected, got, result, command.Contains("-Resume", StringComparison.Ordinal) ? "resumed with -Resume" : "an export");
    }

    private string Row(JsonObject user) => string.Join(" | ", Attributes.Select(name => name switch
    {
        "department" => (user[People.Enterprise] as JsonObject)?[name]?.ToString(),
        "active" => user[name]?.ToJsonString(),
        _ => user[name]?.ToString(),
    } ?? ""));

    private string Row(PSObject row) => string.Join(" | ", Attributes.Select(name =>
        (row.Properties[name] ?? row.Properties.FirstOrDefault(p => p.Name.EndsWith(":" + name, StringComparison.Ordinal)))?.Value?.ToString()));
}

/// <summary>Gets users by ids from the pipeline, some of which don't exist.</summary>
internal sealed record LookupStep(int Count, int Missing, int Seed) : Step
{
    internal override string Name => "users by id";

    internal override string Form => "ids from the pipeline";

    internal override IEnumerable<Step> Simpler()
    {
        if (Missing > 0)
            yield return this with { Missing = 0 };
        if (Count > 1)
            yield return this with { Count = Count / 2 };
    }

    internal override void Run(World world)
    {
        var random = new Random(Seed);
        JsonObject[] users = [.. world.Model.Users.OrderBy(_ => random.Next()).Take(Count)];
        List<string> ids = [.. users.Select(People.Id)];
        for (int i = 0; i < Missing; i++)
            ids.Insert(random.Next(ids.Count + 1), $"{i:00000000}-dead-4000-8000-000000000000");
        world.Set("ids", ids.ToArray());
        string command = "$ids | Get-ScimUser";
        Result result = world.Run(command);
        string[] expected = [.. users.Select(u => Shown.Expected(world.Case.AsSent(u, false), Shown.User))];
        string[] got = [.. result.Output.Select(o => Shown.Got(o, Shown.User))];
        bool silent = result.Errors.Count == 0 && !result.Stopped;
        bool stops = world.Case.ErrorPreference == "Stop" && Missing > 0;
        if (got.Except(expected).Any() || got.Distinct().Count() != got.Length)
            throw Reading.Difference("a look-up by id gives something else", command, expected, got, result);
        if (got.Length < expected.Length && silent)
            throw Reading.Difference("a look-up by id misses users and reports no error", command, expected, got, result);
        if (Missing > 0 && silent)
            throw Reading.Difference("an id that doesn't exist isn't reported", command, expected, got, result);
        if (world.MustSucceed && !stops && !world.Case.MayFail() && (got.Length < expected.Length || result.Errors.Count > Missing))
            throw Reading.Difference("a look-up by id fails without a reason", command, expected, got, result);
    }
}

/// <summary>Gets the members of a group, or the groups of a user, from either side.</summary>
internal sealed record MembersStep(MembersForm How, int Which) : Step
{
    internal override string Name => "members";

    internal override string Form => How.ToString();

    internal override void Run(World world)
    {
        if ((How == MembersForm.OfUser ? world.Model.Users : world.Model.Groups).Count == 0)
            return;
        (string command, List<JsonObject> wanted) = How == MembersForm.OfUser ? OfUser(world) : OfGroup(world);
        string[] compared = How == MembersForm.OfUser ? Shown.Group : ["userName", "displayName"];
        string[] expected = [.. wanted.Select(r => Shown.Expected(world.Case.AsSent(r, How == MembersForm.OfUser), compared))];
        Result result = world.Run(command);
        List<string> got = [.. result.Output.Select(o => Shown.Got(o, compared))];
        // Neither side promises an order.
        expected = [.. expected.Order(StringComparer.Ordinal)];
        got.Sort(StringComparer.Ordinal);
        if (result.Errors.Count > 0 && got.Except(expected).ToArray() is [] && got.Distinct().Count() == got.Count && !(world.MustSucceed && !world.Case.MayFail()))
            return;
        Reading.Check(world, command, expected, got, result, "members");
    }

    private (string Command, List<JsonObject> Wanted) OfGroup(World world)
    {
        JsonObject group = world.Model.Groups[Which % world.Model.Groups.Count];
        HashSet<string> members = [.. People.Members(group)];
        world.Set("group", People.Id(group));
        string command = How switch
        {
            MembersForm.ById => "Get-ScimGroupMember $group",
            MembersForm.ByPipeline => "Get-ScimGroup -Id $group | Get-ScimGroupMember",
            _ => "Get-ScimUser -MemberOf $group",
        };
        return (command, [.. world.Model.Users.Where(u => members.Contains(People.Id(u)))]);
    }

    private (string Command, List<JsonObject> Wanted) OfUser(World world)
    {
        string id = People.Id(world.Model.Users[Which % world.Model.Users.Count]);
        world.Set("user", id);
        return ("Get-ScimUserMembership $user", [.. world.Model.Groups.Where(g => People.Members(g).Contains(id))]);
    }
}

/// <summary>How members are asked for.</summary>
internal enum MembersForm
{
    ById,
    ByPipeline,
    MemberOf,
    OfUser,
}

/// <summary>Makes the members of a group what a list gives, which must not be a list that broke.</summary>
internal sealed record SyncFromListStep(int Which, int? First) : Step
{
    internal override string Name => "sync members from a list";

    internal override string Form => First is null ? "Get | Sync" : "Get -First | Sync";

    internal override IEnumerable<Step> Simpler()
    {
        if (First is not null)
            yield return this with { First = null };
    }

    internal override void Run(World world)
    {
        if (world.Model.Groups.Count == 0 || world.Model.Users.Count == 0)
            return;
        JsonObject group = world.Model.Groups[Which % world.Model.Groups.Count];
        string[] before = [.. People.Members(group)];
        world.Set("group", People.Id(group));
        string command = $"Get-ScimUser -Attributes id{(First is null ? "" : $" -First {First}")} | Sync-ScimGroupMember $group -Confirm:$false{(First is null ? "" : " -Force")}";
        Result result = world.Run(command);
        string[] wanted = [.. world.Model.Users.Take(First ?? int.MaxValue).Select(People.Id)];
        world.Proxy.Repair();
        string[] actual = [.. People.Members(world.Actual().Groups.First(g => People.Id(g) == People.Id(group)))];
        if (actual.Distinct().Count() != actual.Length)
            throw new Finding("a member is in a group twice", command, Text(wanted), Text(actual));
        // Whatever failed: nobody left who is wanted, and nobody came who isn't.
        if (before.Intersect(wanted).Except(actual).Any())
            throw new Finding("a broken list removes members", command, Text(wanted), Text(actual) + "\n" + string.Join("; ", result.Errors));
        if (actual.Except(before).Except(wanted).Any())
            throw new Finding("somebody else became a member", command, Text(wanted), Text(actual));
        if (!actual.ToHashSet().SetEquals(wanted))
        {
            if (result.IsSilent)
                throw new Finding("members differ and nothing is reported", command, Text(wanted), Text(actual));
            // A total that doesn't match what came says that the list may be incomplete.
            if (world.MustSucceed && !world.Case.MayFail() && !world.Case.Has("changing-total"))
                throw new Finding("a sync fails without a reason", command, Text(wanted), Text(actual) + "\n" + string.Join("; ", result.Errors));
        }
        var members = new JsonArray([.. actual.Select(id => new JsonObject { ["value"] = id })]);
        group["members"] = members;
    }

    private static string Text(string[] ids) => $"{ids.Length}: {string.Join(", ", ids.Order(StringComparer.Ordinal).Take(8))}";
}
