using System;
using System.Collections.Generic;
using System.Linq;
using PSScim.Filters;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// The ids of the users in a group: the members in the group itself (RFC 7643 section 4.2) or, if it has none, as on
/// Entra, the users found with a filter on <c>groups.value</c>.
/// </summary>
/// <param name="connection">Where the group is.</param>
/// <param name="run">Waits for an operation, and gives each of its replies.</param>
internal sealed class MemberList(ScimConnection connection, Action<Func<Operation>, Func<Operation, bool>> run)
{
    /// <summary>Whether the group named a member without an id.</summary>
    private bool _isIncomplete;

    /// <exception cref="ScimException">The group can't be read.</exception>
    /// <param name="group">The group's id.</param>
    /// <param name="isTold">Whether the server said anything at all of who is in it.</param>
    internal List<string> Of(string group, out bool isTold)
    {
        isTold = true;
        if (connection.IsEntra)
            return Find(group, ["id"], _ => true);
        // Some servers give members only where they are asked for by name.
        if ((Named(group, null) ?? Named(group, ["members"])) is List<string> named)
            return named;
        bool isIncomplete = _isIncomplete;
        try
        {
            // A server may ignore the filter, and give everybody.
            List<string> found = Find(group, ["id", "groups"], user => Ids(user.GetValue("groups")).Contains(group, StringComparer.OrdinalIgnoreCase));
            return isIncomplete && found.Count == 0 ? throw Incomplete(group) : found;
        }
        catch (ScimException error) when (error.Id == nameof(ErrorId.FilterIgnored))
        {
            return Find(group, ["id", "groups"], user => Ids(user.GetValue("groups")).Contains(group, StringComparer.OrdinalIgnoreCase), filters: false);
        }
        catch (ScimException error) when (error.Id is "InvalidFilter" or "BadRequest")
        {
            if (isIncomplete)
                throw Incomplete(group);
            isTold = false;
            return [];
        }
    }

    private static ScimException Incomplete(string group) => new(
        ErrorId.NotAResource,
        $"The group {group} has members without an id, so its members can't be listed completely. Nothing was changed.",
        "Ask the server's operator to return the value or the $ref of each member.");

    /// <summary>
    /// The ids of the groups that a user is in: those that the server finds and that name the user, else those of all groups.
    /// </summary>
    /// <exception cref="ScimException">The groups cannot be read.</exception>
    /// <param name="user">The user's id.</param>
    /// <param name="isTold">Whether any group says who is in it.</param>
    internal List<string> GroupsOf(string user, out bool isTold)
    {
        isTold = true;
        try
        {
            if (Groups(user, filters: true, out _) is { Count: > 0 } found)
                return found;
        }
        catch (ScimException error) when (error.Id is nameof(ErrorId.FilterIgnored) or "InvalidFilter" or "BadRequest")
        {
        }
        // A server may accept the filter and find nobody by it.
        return Groups(user, filters: false, out isTold);
    }

    private List<string> Groups(string user, bool filters, out bool isTold)
    {
        var ids = new List<string>();
        bool any = false, told = false;
        // Some servers show members only where they are named first.
        string[] attributes = ["members", "id"];
        ResourceReader reader = connection.Types.Reader(ResourceKind.Group, Projection.Of(attributes));
        string query = new JsonText()
            .Add("endpoint", "Groups")
            .Add("attributes", attributes)
            .Add("filter", filters ? "members.value eq " + FilterText.Value("members.value", user) : null)
            .ToString();
        run(() => connection.Session.List(query), operation =>
        {
            foreach (ScimResource group in reader.Read(operation))
            {
                any = true;
                object? members = group.GetValue("members");
                told |= members is not null;
                if (group.Id is string id && Ids(members).Contains(user, StringComparer.OrdinalIgnoreCase))
                    ids.Add(id);
            }
            operation.Continue();
            return true;
        });
        isTold = told || !any;
        return ids;
    }

    private List<string>? Named(string group, string[]? attributes)
    {
        ResourceReader reader = connection.Types.Reader(ResourceKind.Group, attributes is null ? Projection.None : Projection.Of(attributes));
        string query = new JsonText().Add("endpoint", "Groups").Add("id", group).Add("attributes", attributes).ToString();
        List<string>? named = null;
        run(() => connection.Session.Get(query), operation =>
        {
            ThrowIfIncomplete(operation);
            object? members = reader.Read(operation)[0].GetValue("members");
            named = members is null ? null : Identified(members);
            return true;
        });
        return named;
    }

    /// <param name="group">The group's id.</param>
    /// <param name="attributes">What is read of each user.</param>
    /// <param name="isIn">Whether a user that came is in the group.</param>
    /// <param name="filters">Whether the server is asked for the members. If not, all users are read.</param>
    private List<string> Find(string group, string[] attributes, Func<ScimResource, bool> isIn, bool filters = true)
    {
        var ids = new List<string>();
        ResourceReader reader = connection.Types.Reader(ResourceKind.User, Projection.Of(attributes));
        string query = new JsonText()
            .Add("endpoint", "Users")
            .Add("attributes", attributes)
            .Add("filter", filters ? "groups.value eq " + FilterText.Value("groups.value", group) : null)
            .ToString();
        run(() => connection.Session.List(query), operation =>
        {
            ThrowIfIncomplete(operation);
            foreach (ScimResource user in reader.Read(operation))
                if (user.Id is string id && isIn(user))
                    ids.Add(id);
            operation.Continue();
            return true;
        });
        return ids;
    }

    /// <summary>Who is in a group isn't known where some of what says so can't be read.</summary>
    private static void ThrowIfIncomplete(Operation operation)
    {
        if (operation.Incomplete.Count > 0)
            throw operation.Incomplete[0].Error;
    }

    /// <summary>
    /// The ids of members, each once; null where one of them has no id, so that it has to be found from the other side.
    /// </summary>
    private List<string>? Identified(object members)
    {
        object?[] values = members as object?[] ?? [];
        List<string> ids = [.. Ids(values).Distinct(StringComparer.Ordinal)];
        _isIncomplete = values.Any(value => !IsGroup(value) && IdOf(value) is null);
        return _isIncomplete ? null : ids;
    }

    /// <summary>The ids in an attribute such as <c>members</c>, those of groups left out.</summary>
    private static IEnumerable<string> Ids(object? values)
    {
        foreach (object? value in values as object?[] ?? [])
            if (!IsGroup(value) && IdOf(value) is string id)
                yield return id;
    }

    /// <summary>A member's id: its value, or the end of its address (RFC 7643 section 2.4). Null where it has neither.</summary>
    private static string? IdOf(object? member)
    {
        object? id = member is ScimComplex complex ? complex.GetValue("value") : member;
        if (ResourceId.Of(id) is string text)
            return text;
        if ((member as ScimComplex)?.GetValue("$ref") is not string address)
            return null;
        int at = address.LastIndexOf("/Users/", StringComparison.OrdinalIgnoreCase);
        string end = at < 0 ? address.Substring(address.LastIndexOf('/') + 1) : address.Substring(at + "/Users/".Length);
        end = Uri.UnescapeDataString(end.Split('?', '#')[0].TrimEnd('/'));
        return end.Length > 0 ? end : null;
    }

    private static bool IsGroup(object? member) => member is ScimComplex complex && IsGroup(complex);

    private static bool IsGroup(ScimComplex member) =>
        "Group".Equals(member.GetValue("type") as string, StringComparison.OrdinalIgnoreCase)
        || member.GetValue("$ref") is string address && address.IndexOf("/Groups/", StringComparison.OrdinalIgnoreCase) >= 0;
}
