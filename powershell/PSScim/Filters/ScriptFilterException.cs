using System;
using System.Management.Automation.Language;

namespace PSScim.Filters;

/// <summary>A script block that is no filter: what of it, and what would be.</summary>
#pragma warning disable CA1032, CA1064 // Never leaves the module: it becomes the message of a parameter binding error.
internal sealed class ScriptFilterException(Ast at, string reason)
    : Exception($"The filter {{ {Whole(at)} }} isn't valid at '{at.Extent.Text}': {reason} No request was made.")
#pragma warning restore CA1032, CA1064
{
    private static string Whole(Ast at)
    {
        // A script block's parents are the script it stands in, whose text is nobody's business.
        while (at is not ScriptBlockAst && at.Parent is not null)
            at = at.Parent;
        return at.Extent.Text.Trim().TrimStart('{').TrimEnd('}').Trim();
    }
}
