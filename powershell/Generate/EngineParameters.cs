namespace PSScim.Generate;

/// <summary>Parameters that the engine adds to cmdlets that support paging or changes, and what they mean here.</summary>
internal static class EngineParameters
{
    internal static Prose? Describe(string name) => name switch
    {
        "First" => Prose.Text("The maximum number of objects to return. Pages after them aren't requested."),
        "Skip" => Prose.Text(
            "The number of objects to skip at the start. A service that pages with cursors still sends them, so they cost requests."),
        "IncludeTotalCount" => Prose.Text(
            "Returns the total number of objects before the objects, if the service reports it. Entra often doesn't."),
        "WhatIf" => Prose.Text("Shows what would be done without doing it."),
        "Confirm" => Prose.Text("Asks before each change."),
        _ => null,
    };
}
