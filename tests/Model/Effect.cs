using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PSScim.Model;

/// <summary>What a command is asked to do to the directory, and whether it was done.</summary>
internal sealed class Effect
{
    private readonly Dictionary<string, JsonObject?> _users = [];
    private readonly Dictionary<string, string[]> _members = [];
    private readonly List<JsonObject> _newUsers = [];
    private readonly List<string> _newGroups = [];

    /// <summary>Asks for a user to become another; null: to be deleted.</summary>
    internal void User(string id, JsonObject? after) => _users[id] = after;

    /// <summary>Asks for a group to have these members.</summary>
    internal void Members(string id, IEnumerable<string> after) => _members[id] = [.. after];

    /// <summary>Asks for a user with these attributes.</summary>
    internal void NewUser(JsonObject user) => _newUsers.Add(user);

    /// <summary>Asks for a group of this name.</summary>
    internal void NewGroup(string displayName) => _newGroups.Add(displayName);

    /// <summary>
    /// Compares the directory with what was there and what was asked, takes it as the model, and returns how much of it
    /// isn't done.
    /// </summary>
    /// <exception cref="Finding">Something was changed that nobody asked for, or something was done twice.</exception>
    internal int Check(World world, string command)
    {
        People actual = world.Actual();
        int undone = Users(world.Model, actual, command) + Groups(world.Model, actual, command);
        world.Model.Become(actual);
        return undone;
    }

    private int Users(People before, People actual, string command)
    {
        Dictionary<string, JsonObject> now = ById(actual.Users, command);
        int undone = 0;
        foreach (JsonObject user in before.Users)
        {
            string id = People.Id(user);
            bool isTarget = _users.TryGetValue(id, out JsonObject? wanted);
            string? old = State(user), after = isTarget ? wanted is null ? null : State(wanted) : old;
            string? is_ = now.Remove(id, out JsonObject? found) ? State(found) : null;
            if (is_ == after)
                continue;
            if (is_ != old)
                throw new Finding(isTarget ? "a user became something else than asked" : "a user changed that nobody asked to change", command, after ?? "deleted", is_ ?? "deleted");
            undone++;
        }
        foreach (JsonObject wanted in _newUsers)
        {
            JsonObject[] made = [.. now.Values.Where(u => Same(u["userName"], wanted["userName"]))];
            if (made.Length > 1)
                throw new Finding("a user was created twice", command, wanted.ToJsonString(), string.Join("\n", made.Select(m => m.ToJsonString())));
            if (made.Length == 0)
            {
                // An earlier run of the same command may have made it.
                if (!before.Users.Any(u => Same(u["userName"], wanted["userName"])))
                    undone++;
                continue;
            }
            now.Remove(People.Id(made[0]));
            foreach ((string name, JsonNode? value) in wanted)
                if (State(made[0][name]) != State(value))
                    throw new Finding("a user was created with other values", command, $"{name}: {State(value)}", $"{name}: {State(made[0][name])}");
        }
        if (now.Count > 0)
            throw new Finding("a user was created that nobody asked for", command, "nobody", State(now.Values.First()) ?? "");
        return undone;
    }

    private int Groups(People before, People actual, string command)
    {
        Dictionary<string, JsonObject> now = ById(actual.Groups, command);
        int undone = 0;
        // A user who is deleted leaves all groups, or doesn't, as the server pleases.
        HashSet<string> gone = [.. before.Users.Select(People.Id).Except(actual.Users.Select(People.Id))];
        foreach (JsonObject group in before.Groups)
        {
            string id = People.Id(group);
            if (!now.Remove(id, out JsonObject? found))
                throw new Finding("a group was deleted that nobody asked to delete", command, State(group) ?? "", "deleted");
            string[] old = Sorted(group, gone), members = Sorted(found, gone);
            string[] wanted = [.. (_members.TryGetValue(id, out string[]? after) ? after : old).Except(gone).Distinct().Order(StringComparer.Ordinal)];
            if (members.Distinct().Count() != members.Length)
                throw new Finding("a member is in a group twice", command, string.Join(", ", wanted), string.Join(", ", members));
            // Of many changes of members each is done or not.
            if (members.Except(wanted).Except(old).Any() || old.Intersect(wanted).Except(members).Any())
                throw new Finding("members changed that nobody asked to change", command, string.Join(", ", wanted), string.Join(", ", members));
            undone += wanted.Except(members).Count() + members.Except(wanted).Count();
            if (!Same(group["displayName"], found["displayName"]))
                throw new Finding("a group changed that nobody asked to change", command, State(group) ?? "", State(found) ?? "");
        }
        foreach (string name in _newGroups)
        {
            JsonObject[] made = [.. now.Values.Where(g => g["displayName"]?.ToString() == name)];
            if (made.Length > 1)
                throw new Finding("a group was created twice", command, name, $"{made.Length} of them");
            if (made.Length == 1)
                now.Remove(People.Id(made[0]));
            else if (!before.Groups.Any(g => g["displayName"]?.ToString() == name))
                undone++;
        }
        if (now.Count > 0)
            throw new Finding("a group was created that nobody asked for", command, "none", State(now.Values.First()) ?? "");
        return undone;
    }

    private static Dictionary<string, JsonObject> ById(List<JsonObject> resources, string command)
    {
        var all = new Dictionary<string, JsonObject>();
        foreach (JsonObject resource in resources)
            if (!all.TryAdd(People.Id(resource), resource))
                throw new Finding("an id is in the directory twice", command, "", resource.ToJsonString());
        return all;
    }

    private static string[] Sorted(JsonObject group, HashSet<string> gone) =>
        [.. People.Members(group).Where(m => !gone.Contains(m)).Order(StringComparer.Ordinal)];

    private static bool Same(JsonNode? one, JsonNode? other) =>
        string.Equals(one?.ToString(), other?.ToString(), StringComparison.OrdinalIgnoreCase);

    /// <summary>A value as text in which nothing, null and empty are the same, as are members in another order.</summary>
    private static string? State(JsonNode? node)
    {
        switch (node)
        {
            case null:
                return null;
            case JsonObject members:
                string[] parts = [.. members.Where(m => m.Key is not ("meta" or "schemas" or "manager"))
                    .Select(m => (m.Key, State: State(m.Value))).Where(m => m.State is not null)
                    .OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => m.Key + ":" + m.State)];
                return parts.Length == 0 ? null : "{" + string.Join(",", parts) + "}";
            case JsonArray elements:
                return elements.Count == 0 ? null : "[" + string.Join(",", elements.Select(State).Order(StringComparer.Ordinal)) + "]";
            default:
                string text = node.ToString();
                // A server that shows booleans as text gets them back as text in a PUT.
                return text is "True" or "False" ? text.ToLowerInvariant() : text.Length == 0 ? null : JsonSerializer.Serialize(text);
        }
    }
}
