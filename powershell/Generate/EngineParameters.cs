namespace PSScim.Generate;

/// <summary>Parameters that the engine adds to cmdlets that support paging or changes, and what they mean here.</summary>
internal static class EngineParameters
{
    internal static Prose? Describe(string name) => name switch
    {
        "First" => Prose.Text("The most objects to write. No page beyond them is requested."),
        "Skip" => Prose.Text(
            "How many objects to pass over first. A service that pages by cursor sends them all the same, so they cost requests."),
        "IncludeTotalCount" => Prose.Text(
            "Writes, before the objects, how many there are in all, where the service says so; Entra often does not."),
        "WhatIf" => Prose.Text("Tells what would be done, and does nothing."),
        "Confirm" => Prose.Text("Asks before each change."),
        _ => null,
    };
}
