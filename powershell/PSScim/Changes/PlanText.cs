using System.Collections;
using System.Collections.Generic;
using System.Linq;

namespace PSScim.Changes;

/// <summary>What a request would change, in words: which attribute, from what to what.</summary>
internal static class PlanText
{
    /// <summary>Longer values are cut.</summary>
    private const int MostOfValue = 80;

    /// <summary>More changes of one object are counted.</summary>
    private const int MostChanges = 12;

    /// <param name="request">What the library planned.</param>
    /// <param name="edited">The object on which values were set, which has what was there before; null where there is none.</param>
    internal static string Of(ScimResource request, ScimResource? edited)
    {
        var changes = (request.GetValue("changes") as object?[] ?? []).OfType<ScimObject>().ToList();
        string verb = request.GetValue("method") switch
        {
            "POST" => "create",
            "DELETE" => "delete",
            "GET" => "read",
            _ => "change",
        };
        string condition = request.GetValue("ifMatch") is string version ? $", only if its version is still {version}" : "";
        if (changes.Count == 0)
            return verb + condition;
        IEnumerable<string> shown = changes.Take(MostChanges).Select(change => Of(change, edited));
        string more = changes.Count > MostChanges ? $"; and {changes.Count - MostChanges} more" : "";
        return $"{verb} {string.Join("; ", shown)}{more}{condition}";
    }

    private static string Of(ScimObject change, ScimResource? edited)
    {
        string path = change.GetValue("path") as string ?? "";
        object? to = change.GetValue("to"), from = change.GetValue("from");
        bool isKnown = change.GetValue("isRead") is true;
        if (!isKnown && edited is not null)
            (from, isKnown) = (EditNames.Before(edited, path), true);
        string name = Short(path);
        return change.GetValue("op") switch
        {
            "set" => $"{name} = {Text(to)}",
            "remove" when isKnown => $"{name} from {Text(from)} to (none)",
            "remove" => $"{name} to (none)",
            _ when isKnown => $"{name} from {Text(from)} to {Text(to)}",
            "add" => $"{name} add {Text(to)}",
            _ => $"{name} to {Text(to)}",
        };
    }

    /// <summary>The path without the URN of its schema, as people know it.</summary>
    private static string Short(string path)
    {
        int end = path.IndexOf('['), colon = path.LastIndexOf(':', (end < 0 ? path.Length : end) - 1);
        return Projection.IsUrn(path) && colon > 0 ? path.Substring(colon + 1) : path.Replace("[type eq \"", "[").Replace("\"]", "]");
    }

    private static string Text(object? value)
    {
        if (value is null or IList { Count: 0 })
            return "(none)";
        string text = AttributeText.Of(value).Replace("\n", "; ");
        return text.Length > MostOfValue ? $"'{text.Substring(0, MostOfValue)}…'" : $"'{text}'";
    }
}
