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
        try
        {
            // A server may ignore the filter, and give everybody.
            return Find(group, ["id", "groups"], user => Ids(user.GetValue("groups")).Contains(group, StringComparer.OrdinalIgnoreCase));
        }
        catch (ScimException error) when (error.Id == nameof(ErrorId.FilterIgnored))
        {
            return Find(group, ["id", "groups"], user => Ids(user.GetValue("groups")).Contains(group, StringComparer.OrdinalIgnoreCase), filters: false);
        }
        catch (ScimException error) when (error.Id is "InvalidFilter" or "BadRequest")
        {
            isTold = false;
            return [];
        }
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
            named = members is null ? null : [.. Ids(members)];
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

    /// <summary>The ids in an attribute such as <c>members</c>, those of groups left out.</summary>
    private static IEnumerable<string> Ids(object? values)
    {
        foreach (object? value in values as object?[] ?? [])
        {
            object? id = value is ScimComplex complex ? IsGroup(complex) ? null : complex.GetValue("value") : value;
            if (ResourceId.Of(id) is string text)
                yield return text;
        }
    }

    private static bool IsGroup(ScimComplex member) =>
        "Group".Equals(member.GetValue("type") as string, StringComparison.OrdinalIgnoreCase)
        || member.GetValue("$ref") is string address && address.IndexOf("/Groups/", StringComparison.OrdinalIgnoreCase) >= 0;
}
