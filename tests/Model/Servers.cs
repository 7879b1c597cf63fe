using System;
using System.Linq;
using System.Text.Json.Nodes;

namespace PSScim.Model;

/// <summary>What a server's behaviors excuse, and what they make of a resource.</summary>
internal static class Servers
{
    /// <summary>All behaviors of the emulator's plain server: docs/compatibility.md.</summary>
    internal static readonly string[] Quirks =
    [
        "zero-based-start-index", "zero-in-answer", "ignored-start-index", "capped-pages", "shrinking-pages", "items-per-page-as-asked", "no-total", "text-total",
        "changing-total", "total-of-page", "wrong-total", "empty-page", "last-page-again", "no-resources", "lower-case-resources", "unsaid-cursor", "unpaged-groups",
        "cursor-only", "text-booleans", "numeric-ids", "no-schemas", "odd-values", "plain-json", "no-content-type", "wrapped-errors", "text-errors", "html-errors",
        "numeric-status", "server-errors", "reset-only", "other-paths", "no-discovery", "plural-config", "partial-config", "ignored-filter", "no-patch",
        "unsaid-no-patch", "hidden-members", "known-member-refused", "members-by-value", "capital-operations", "no-paths", "etags", "false-versions",
    ];

    /// <summary>Whether an error or a warning is right though the network is good, because the server can't do what is asked.</summary>
    internal static bool MayFail(this Case run) =>
        run.Quirks.Any(q => q is "ignored-start-index" or "wrong-total" or "empty-page" or "ignored-filter" or "server-errors")
        // Nothing says where the users are.
        || (run.Has("other-paths") && run.Has("no-discovery"));

    /// <summary>What -Compatibility has to say of the server, because nothing else does.</summary>
    internal static string[] Compatibility(this Case run) =>
    [
        .. run.Quirks.Select(q => q switch
        {
            "members-by-value" => "MembersByValue",
            "capital-operations" => "CapitalOperations",
            "no-paths" => "NoPaths",
            _ => null,
        }).OfType<string>(),
    ];

    /// <summary>
    /// Whether a client can't know that something is missing. Each of these servers says that the list is whole.
    /// </summary>
    internal static bool HidesSomething(this Case run)
    {
        // The second page is empty, its resources are nowhere, and no number says that there are more.
        if (run.Has("empty-page") && run.Quirks.Any(q => q is "no-total" or "total-of-page" or "unsaid-cursor" or "cursor-only"))
            return true;
        // A page that is smaller than what was asked for, and the number of all is that of the page.
        return run.Has("total-of-page") && (run.Has("capped-pages") || run.Has("shrinking-pages"));
    }

    /// <summary>A resource as the server sends it.</summary>
    internal static JsonObject AsSent(this Case run, JsonObject resource, bool isGroup)
    {
        if (isGroup || !run.Has("odd-values"))
            return resource;
        var odd = (JsonObject)resource.DeepClone();
        odd["emails"] = new JsonArray(new JsonObject { ["value"] = resource["userName"]!.ToString(), ["primary"] = true });
        return odd;
    }
}
