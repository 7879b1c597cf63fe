using System;
using System.Collections.Generic;

namespace PSScim;

/// <summary>The lineages of types of one connection. Any thread may use it.</summary>
internal sealed class ResourceTypes(bool seedFromSchema)
{
    /// <summary>Lists of attributes that a connection remembers the types of.</summary>
    private const int MaximumProjections = 500;

    private readonly TypeBudget _budget = new();
    private readonly Dictionary<string, Lineage> _lineages = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A reader for one list, or for single resources of one kind.</summary>
    internal ResourceReader Reader(ResourceKind kind, Projection projection)
    {
        string key = kind + "/" + projection.Key;
        lock (_lineages)
        {
            if (!_lineages.TryGetValue(key, out Lineage? lineage))
            {
                lineage = new Lineage(kind, projection, seedFromSchema, _budget);
                if (_lineages.Count < MaximumProjections)
                    _lineages.Add(key, lineage);
            }
            return new ResourceReader(lineage);
        }
    }
}

/// <summary>Turns the pages of one list into objects. One thread at a time.</summary>
internal sealed class ResourceReader(Lineage lineage)
{
    private readonly Lineage _lineage = lineage;
    private Binding? _binding;

    /// <summary>The resources of a page. Each holds its own bytes; the buffer may be used again.</summary>
    /// <exception cref="RecordFormatException">The bytes are no page.</exception>
    internal ScimResource[] Read(byte[] buffer, int length)
    {
        var page = new RecordPage(buffer, length, _binding?.Names);
        var top = new string[page.TopCount];
        for (int i = 0; i < top.Length; i++)
            top[i] = page.TopName(i);
        Shape shape = _lineage.Covering(top);
        if (_binding is null || _binding.Names != page.Names || _binding.Shape != shape)
            _binding = new Binding(page.Names, shape, _lineage);
        var resources = new ScimResource[page.Count];
        for (int i = 0; i < resources.Length; i++)
        {
            var resource = (ScimResource)shape.Create();
            resource.Attach(page.Record(i), _binding);
            resources[i] = resource;
        }
        return resources;
    }
}
