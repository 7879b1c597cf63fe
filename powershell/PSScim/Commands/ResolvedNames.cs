using System;
using System.Collections.Generic;
using System.Linq;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>The names that a command was given, as requests and objects have them: <c>department</c> with its schema's URN.</summary>
internal sealed class ResolvedNames
{
    /// <summary>Nothing was named.</summary>
    internal static readonly ResolvedNames None = new();

    private readonly HashSet<string> _unseen = new(StringComparer.OrdinalIgnoreCase);
    private bool _anySeen;

    private ResolvedNames()
    {
    }

    private ResolvedNames(ScimResource said)
    {
        Attributes = Texts(said, "attributes");
        ExcludedAttributes = Texts(said, "excludedAttributes");
        Filter = said.GetValue("filter") as string;
        _unseen.UnionWith(Texts(said, "unverified") ?? []);
    }

    internal string[]? Attributes { get; }

    internal string[]? ExcludedAttributes { get; }

    internal string? Filter { get; }

    /// <summary>What the objects have.</summary>
    internal Projection Projection =>
        Attributes is not null ? Projection.Of(Attributes)
        : ExcludedAttributes is not null ? Projection.Excluding(ExcludedAttributes)
        : Projection.None;

    /// <summary>Names that no schema is known to have, and no object had a value for; empty where no object came.</summary>
    internal IEnumerable<string> Unseen => _anySeen ? _unseen : [];

    /// <summary>The JSON of a <c>ResolveQuery</c>; null where nothing is named.</summary>
    internal static string? Query(string endpoint, string[]? attributes, string[]? excluded, string? filter) =>
        attributes is null && excluded is null && filter is null
            ? null
            : new JsonText()
                .Add("endpoint", endpoint)
                .Add("attributes", attributes)
                .Add("excludedAttributes", excluded)
                .Add("filter", filter)
                .ToString();

    internal static ResolvedNames Of(Operation operation) =>
        new(new ResourceTypes(seedFromSchema: false).Reader(ResourceKind.Resource, Projection.None).Read(operation)[0]);

    /// <summary>Takes note of what objects have.</summary>
    internal void See(ScimResource[] resources)
    {
        _anySeen |= resources.Length > 0;
        for (int i = 0; i < resources.Length && _unseen.Count > 0; i++)
        {
            ScimResource resource = resources[i];
            _unseen.RemoveWhere(name => resource.GetValue(name.Split('.')[0]) is not null);
        }
    }

    private static string[]? Texts(ScimResource said, string name) =>
        said.GetValue(name) is object?[] { Length: > 0 } values ? [.. values.OfType<string>()] : null;
}
