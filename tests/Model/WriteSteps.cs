using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Security;
using System.Text;
using System.Text.Json.Nodes;

namespace PSScim.Model;

/// <summary>A command that changes the directory. It's run, and run again where not all was done.</summary>
internal abstract record WriteStep(int Seed, int Count, bool Journal) : Step
{
    /// <summary>
    /// Sets the command's variables, says in the effect what is asked, and returns the command; null where there is
    /// nobody to do it to.
    /// </summary>
    private protected abstract string? Prepare(World world, Random random, Effect effect);

    /// <summary>Whether the same command again is an error for what is done already, where no journal knows it.</summary>
    private protected virtual bool IsOnce => false;

    /// <summary>Whether a response that is lost leaves in doubt what was done, so that the command can't be run again.</summary>
    private protected virtual bool MayBeInDoubt(World world) => false;

    internal override IEnumerable<Step> Simpler()
    {
        if (Journal)
            yield return this with { Journal = false };
        if (Count > 1)
            yield return this with { Count = 1 };
        if (Count > 2)
            yield return this with { Count = Count / 2 };
    }

    /// <summary>Whether the command first reads what it's about to change, and so fails where that is gone.</summary>
    private protected virtual bool ReadsFirst => false;

    internal sealed override void Run(World world)
    {
        var effect = new Effect();
        if (Prepare(world, new Random(Seed), effect) is not string command)
            return;
        if (Journal)
            command += " -Journal " + Query.Quote(Path.Combine(world.Folder, $"{world.Commands.Count}.journal"));
        Result result = world.Run(command);
        int undone = effect.Check(world, command);
        string said = string.Join("; ", result.Errors.Select(e => e.ToString()).Concat(result.Warnings));
        if (undone > 0 && result.IsSilent && !result.Stopped)
            throw new Finding("something isn't done, and nothing says so", command, "0 undone", $"{undone} undone");
        bool doubt = MayBeInDoubt(world) && world.Case.Faults.Length > 0;
        if (world.MustSucceed && !world.Case.MayFail() && !result.Stopped && !doubt && (undone > 0 || result.Errors.Count > 0))
            throw new Finding("a change fails without a reason", command, "success", $"{undone} undone: {said}");
        world.Proxy.Repair();
        int sent = world.Proxy.Log.Length;
        result = world.Run(command);
        undone = effect.Check(world, command);
        said = string.Join("; ", result.Errors.Select(e => e.ToString()));
        if (world.Case.MayFail() || doubt)
            return;
        if (undone > 0)
            throw new Finding("the same command again leaves something undone", command, "0 undone", $"{undone} undone: {said}");
        if (result.Errors.Count > 0 && (!IsOnce || (Journal && !ReadsFirst)))
            throw new Finding("the same command again fails", command, "success", said);
        string[] writes = [.. world.Proxy.Log.Skip(sent).Where(e => e.Method == "POST").Select(e => e.ToString())];
        if (Journal && IsOnce && world.Case.Faults.Length == 0 && writes.Length > 0)
            throw new Finding("what the journal knows to be done is sent again", command, "no POST", string.Join("\n", writes));
    }

    private protected static JsonObject[] Users(World world, Random random, int count) =>
        [.. world.Model.Users.OrderBy(_ => random.Next()).Take(count)];
}

/// <summary>How a change of users is said.</summary>
internal enum SetForm
{
    Parameters,
    UserName,
    Replace,
    Clear,
    EditedObject,
    PipedHashtable,
    CustomObject,
    CsvText,
    CsvFile,
    SelectObject,
    JsonRoundTrip,
    ClixmlRoundTrip,
}

/// <summary>Changes users.</summary>
internal sealed record SetStep(SetForm How, int Seed, int Count, bool Journal) : WriteStep(Seed, Count, Journal)
{
    private static readonly string[] s_values = ["Lead", "O'Brien", "M\u00fcller", "a \"b\" c", "x;y", "1,5", "007", "R&D", "\ud83d\ude00"];

    internal override string Name => "Set-ScimUser";

    // A read that failed makes the second input another than the first, which a journal refuses.
    private protected override bool MayBeInDoubt(World world) =>
        Journal && How is SetForm.EditedObject or SetForm.SelectObject or SetForm.JsonRoundTrip or SetForm.ClixmlRoundTrip;

    internal override string Form => How.ToString();

    private protected override string? Prepare(World world, Random random, Effect effect)
    {
        JsonObject[] users = Users(world, random, How is SetForm.UserName ? 1 : Count);
        if (users.Length == 0)
            return null;
        world.Set("ids", users.Select(People.Id).ToArray());
        string Value() => s_values[random.Next(s_values.Length)] + random.Next(100);
        string title = Value(), department = Value(), family = Value();
        void All(params (string Attribute, string? Value)[] changes)
        {
            foreach (JsonObject user in users)
                effect.User(People.Id(user), Changed(user, changes));
        }
        const string read = "$ids | Get-ScimUser";
        switch (How)
        {
            case SetForm.Parameters:
                All(("title", title), ("department", department), ("familyName", family));
                return $"Set-ScimUser $ids -Title {Query.Quote(title)} -Department {Query.Quote(department)} -FamilyName {Query.Quote(family)}";
            case SetForm.UserName:
                All(("title", title));
                return $"Set-ScimUser -UserName {Query.Quote(users[0]["userName"]!.ToString())} -Title {Query.Quote(title)}";
            case SetForm.Replace:
                All(("title", title), ("department", department));
                return $"Set-ScimUser $ids -Replace @{{ title = {Query.Quote(title)}; department = {Query.Quote(department)} }}";
            case SetForm.Clear:
                All(("title", null), ("department", null));
                return "Set-ScimUser $ids -Clear title, department";
            case SetForm.EditedObject:
                All(("title", title), ("familyName", family));
                return $"{read} | ForEach-Object {{ $_.title = {Query.Quote(title)}; $_.name.familyName = {Query.Quote(family)}; $_ }} | Set-ScimUser";
            case SetForm.SelectObject:
                All(("title", title));
                return $"{read} | Select-Object id, userName, displayName, department, nickName | Set-ScimUser -Title {Query.Quote(title)}";
            case SetForm.JsonRoundTrip:
                All(("title", title));
                return $"{read} | ForEach-Object {{ $_ | ConvertTo-Json -Depth 20 | ConvertFrom-Json | Add-Member title {Query.Quote(title)} -Force -PassThru }} | Set-ScimUser";
            case SetForm.ClixmlRoundTrip:
                All(("title", title));
                string file = Query.Quote(Path.Combine(world.Folder, "saved.xml"));
                return $"{read} | Export-Clixml {file}; Import-Clixml {file} | Set-ScimUser -Title {Query.Quote(title)}";
            default:
                return Rows(world, random, effect, users, Value);
        }
    }

    /// <summary>A row for each user, with some cells empty, which says nothing of their attributes.</summary>
    private string Rows(World world, Random random, Effect effect, JsonObject[] users, Func<string> value)
    {
        string[] columns = ["title", "department", "familyName"];
        char separator = How == SetForm.CsvFile ? ';' : ',';
        var csv = new StringBuilder("userName" + separator + string.Join(separator, columns));
        var rows = new List<object>();
        foreach (JsonObject user in users)
        {
            string?[] cells = [.. columns.Select(_ => random.Next(3) == 0 ? null : value())];
            effect.User(People.Id(user), Changed(user, [.. columns.Zip(cells).Where(c => c.Second is not null)]));
            string name = user["userName"]!.ToString();
            // A short row: the last cells aren't there at all.
            int length = random.Next(2) == 0 ? cells.Length : Array.FindLastIndex(cells, c => c is not null) + 1;
            csv.Append('\n').Append(Cell(name, separator));
            for (int i = 0; i < length; i++)
                csv.Append(separator).Append(Cell(cells[i] ?? "", separator));
            if (How == SetForm.PipedHashtable)
            {
                var row = new Hashtable { ["userName"] = name };
                for (int i = 0; i < cells.Length; i++)
                    if (cells[i] is not null)
                        row[columns[i]] = cells[i];
                rows.Add(row);
            }
            else
            {
                var row = new PSObject();
                row.Properties.Add(new PSNoteProperty("id", People.Id(user)));
                for (int i = 0; i < cells.Length; i++)
                    row.Properties.Add(new PSNoteProperty(columns[i], cells[i]));
                rows.Add(row);
            }
        }
        world.Set("csv", csv.ToString());
        world.Set("rows", rows.ToArray());
        if (How is SetForm.PipedHashtable or SetForm.CustomObject)
            return "$rows | Set-ScimUser";
        if (How == SetForm.CsvText)
            return "$csv | ConvertFrom-Csv | Set-ScimUser";
        string path = Path.Combine(world.Folder, "rows.csv");
        File.WriteAllText(path, csv.ToString(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: random.Next(2) == 0));
        return $"Import-Csv {Query.Quote(path)} -Delimiter ';' | Set-ScimUser";
    }

    internal static string Cell(string text, char separator) =>
        text.Length > 0 && (text.Contains(separator, StringComparison.Ordinal) || text.Contains('"', StringComparison.Ordinal) || text != text.Trim() || text.Contains('\n', StringComparison.Ordinal))
            ? "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"" : text;

    private static JsonObject Changed(JsonObject user, (string Attribute, string? Value)[] changes)
    {
        var after = (JsonObject)user.DeepClone();
        foreach ((string attribute, string? value) in changes)
        {
            (string? home, string name) = attribute switch
            {
                "department" => (People.Enterprise, attribute),
                "familyName" => ("name", attribute),
                _ => ((string?)null, attribute),
            };
            if (home is not null && after[home] is null)
                after[home] = new JsonObject();
            JsonObject at = home is null ? after : (JsonObject)after[home]!;
            if (value is null)
                at.Remove(name);
            else
                at[name] = value;
        }
        return after;
    }
}

/// <summary>What is done to users as a whole.</summary>
internal enum WholeVerb
{
    Disable,
    Enable,
    Remove,
}

/// <summary>Disables, enables or removes users, by ids or by objects.</summary>
internal sealed record WholeStep(WholeVerb Verb, bool ByObject, int Seed, int Count, bool Journal) : WriteStep(Seed, Count, Journal)
{
    internal override string Name => $"{Verb}-ScimUser";

    internal override string Form => ByObject ? "objects" : "ids";

    // A user who is gone can't be removed again.
    private protected override bool IsOnce => Verb == WholeVerb.Remove;

    private protected override bool ReadsFirst => ByObject;

    private protected override bool MayBeInDoubt(World world) => Journal && ByObject;

    private protected override string? Prepare(World world, Random random, Effect effect)
    {
        JsonObject[] users = Users(world, random, Count);
        if (users.Length == 0)
            return null;
        foreach (JsonObject user in users)
        {
            JsonObject? after = Verb == WholeVerb.Remove ? null : (JsonObject)user.DeepClone();
            if (after is not null)
                after["active"] = Verb == WholeVerb.Enable;
            effect.User(People.Id(user), after);
        }
        world.Set("ids", users.Select(People.Id).ToArray());
        return $"$ids | {(ByObject ? "Get-ScimUser | " : "")}{Verb}-ScimUser -Confirm:$false";
    }
}

/// <summary>How new users are said.</summary>
internal enum NewForm
{
    Parameters,
    PipedHashtable,
    CsvText,
    CustomObject,
}

/// <summary>Creates users.</summary>
internal sealed record NewUserStep(NewForm How, int Seed, int Count, bool Journal) : WriteStep(Seed, Count, Journal)
{
    internal override string Name => "New-ScimUser";

    internal override string Form => How.ToString();

    private protected override bool IsOnce => true;

    // Without a word that names are unique, a second user could come of a second POST.
    private protected override bool MayBeInDoubt(World world) => world.Case.Has("no-discovery") || world.Case.Has("partial-config");

    private protected override string? Prepare(World world, Random random, Effect effect)
    {
        var secret = new SecureString();
        foreach (char c in World.Password)
            secret.AppendChar(c);
        world.Set("password", secret);
        // Different in every step, or the second would ask for the same users.
        string step = $"{Seed}.{world.Commands.Count}";
        string[] columns = ["userName", "displayName", "givenName", "familyName", "title", "enabled"];
        var rows = new List<string[]>();
        for (int i = 0; i < (How == NewForm.Parameters ? 1 : Count); i++)
        {
            string title = random.Next(3) == 0 ? "" : new[] { "Clerk", "O'Neill", "a,b", "\u00e4\u00f6\u00fc" }[random.Next(4)];
            string[] cells = [$"new{i}.{step}@contoso.com", $"New {i}", "New", $"Person{i}", title, random.Next(2) == 0 ? "true" : "false"];
            rows.Add(cells);
            var user = new JsonObject
            {
                ["userName"] = cells[0],
                ["displayName"] = cells[1],
                ["name"] = new JsonObject { ["givenName"] = cells[2], ["familyName"] = cells[3] },
                ["active"] = cells[5] == "true",
            };
            if (title.Length > 0)
                user["title"] = title;
            effect.NewUser(user);
        }
        if (How == NewForm.Parameters)
        {
            string[] r = rows[0];
            return $"New-ScimUser -UserName {r[0]} -DisplayName '{r[1]}' -GivenName {r[2]} -FamilyName {r[3]}{(r[4].Length == 0 ? "" : " -Title " + Query.Quote(r[4]))} -Enabled ${r[5]} -Password $password";
        }
        world.Set("csv", string.Join(',', columns) + "\n" + string.Join("\n", rows.Select(r => string.Join(',', r.Select(c => SetStep.Cell(c, ','))))));
        world.Set("rows", rows.Select(r => How == NewForm.PipedHashtable ? (object)Table(columns, r) : Custom(columns, r)).ToArray());
        return (How == NewForm.CsvText ? "$csv | ConvertFrom-Csv" : "$rows") + " | New-ScimUser -Password $password";
    }

    private static Hashtable Table(string[] columns, string[] cells)
    {
        var table = new Hashtable();
        foreach ((string name, string value) in columns.Zip(cells))
            if (value.Length > 0)
                table[name] = name == "enabled" ? value == "true" : value;
        return table;
    }

    private static PSObject Custom(string[] columns, string[] cells)
    {
        var row = new PSObject();
        foreach ((string name, string value) in columns.Zip(cells))
            row.Properties.Add(new PSNoteProperty(name, value.Length == 0 ? null : value));
        return row;
    }
}

/// <summary>Creates groups, whose names needn't be unique: none may be created twice.</summary>
internal sealed record NewGroupStep(int Seed, int Count, bool Journal) : WriteStep(Seed, Count, Journal)
{
    internal override string Name => "New-ScimGroup";

    internal override string Form => "PipedHashtable";

    private protected override bool IsOnce => true;

    private protected override bool MayBeInDoubt(World world) => true;

    internal override IEnumerable<Step> Simpler() => base.Simpler().Where(step => ((WriteStep)step).Journal);

    private protected override string? Prepare(World world, Random random, Effect effect)
    {
        string step = $"{Seed}.{world.Commands.Count}";
        string[] names = [.. Enumerable.Range(0, Count).Select(i => $"New group {i} {step}")];
        foreach (string name in names)
            effect.NewGroup(name);
        world.Set("rows", names.Select(name => (object)new Hashtable
        {
            ["displayName"] = name,
            ["mailNickname"] = "g" + random.Next(1_000_000),
            ["mailEnabled"] = false,
            ["securityEnabled"] = true,
        }).ToArray());
        return "$rows | New-ScimGroup";
    }
}

/// <summary>What is done to members.</summary>
internal enum MemberVerb
{
    Add,
    Remove,
    Sync,
}

/// <summary>Adds, removes or synchronizes members of a group.</summary>
internal sealed record MemberStep(MemberVerb Verb, int Which, int Seed, int Count, bool Journal) : WriteStep(Seed, Count, Journal)
{
    internal override string Name => $"{Verb}-ScimGroupMember";

    internal override string Form => "ids";

    private protected override string? Prepare(World world, Random random, Effect effect)
    {
        string[] ids = [.. Users(world, random, Count).Select(People.Id)];
        world.Set("ids", ids);
        if (world.Model.Groups.Count == 0 || ids.Length == 0)
            return null;
        JsonObject group = world.Model.Groups[Which % world.Model.Groups.Count];
        string[] before = [.. People.Members(group)];
        world.Set("group", People.Id(group));
        effect.Members(People.Id(group), Verb switch
        {
            MemberVerb.Add => before.Union(ids),
            MemberVerb.Remove => before.Except(ids),
            _ => ids,
        });
        return $"$ids | {Verb}-ScimGroupMember $group -Confirm:$false{(Verb == MemberVerb.Sync ? " -Force" : "")}";
    }
}
