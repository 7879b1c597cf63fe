using System;
using System.Collections.Generic;
using PSScim.Native;

namespace PSScim;

/// <summary>The lineages of types of one connection. Any thread may use it.</summary>
/// <param name="seedFromSchema">
/// Whether types begin with the attributes that the offline schema knows, so that they, and the columns of Export-Csv,
/// are the same from the first page on. Else they begin empty and grow with what comes.
/// </param>
/// <param name="types">Where the types come from; those of the process if left out.</param>
/// <param name="origin">The service; null where the objects are no service's.</param>
internal sealed class ResourceTypes(bool seedFromSchema, EmittedTypes? types = null, ServiceOrigin? origin = null)
{
    private readonly EmittedTypes _types = types ?? EmittedTypes.OfProcess;
    private readonly Dictionary<string, Lineage> _lineages = new(StringComparer.OrdinalIgnoreCase);
    private readonly TypeBudget _budget = new();
    private readonly NameTables _tables = new();

    /// <summary>
    /// A reader for one answer that has nothing to do with others: its objects have its own members and no others. When the
    /// connection has few types left, they have those of earlier answers as well.
    /// </summary>
    internal ResourceReader Alone(ResourceKind kind) => _budget.IsScarce
        ? Reader(kind, Projection.None)
        : new ResourceReader(new Lineage(_types, _budget, kind, Projection.None, seed: false), _tables);

    /// <summary>A reader for one list, or for single resources of one kind.</summary>
    internal ResourceReader Reader(ResourceKind kind, Projection projection)
    {
        string key = kind + "/" + projection.Key;
        lock (_lineages)
        {
            if (!_lineages.TryGetValue(key, out Lineage? lineage))
            {
                lineage = new Lineage(_types, _budget, kind, projection, seedFromSchema) { Origin = origin };
                if (_lineages.Count < Limits.Projections)
                    _lineages.Add(key, lineage);
            }
            return new ResourceReader(lineage, _tables);
        }
    }
}

/// <summary>Turns the pages of one list into objects. One thread at a time.</summary>
internal sealed class ResourceReader
{
    private readonly Lineage _lineage;
    private readonly TypeBudget _budget = new();
    private readonly NameTables _tables;
    private NameTable? _names;

    internal ResourceReader(Lineage lineage, NameTables tables) => (_lineage, _tables) = (lineage, tables);

    /// <summary>The resources of the page that an operation has taken last. Each holds its own bytes.</summary>
    /// <exception cref="RecordFormatException">The bytes are no page.</exception>
    internal ScimResource[] Read(Operation operation)
    {
        ScimResource[] resources = operation.Read(Read);
        foreach (IncompleteResource incomplete in operation.Incomplete)
            if (incomplete.Record >= 0 && incomplete.Record < resources.Length)
                resources[incomplete.Record].MarkIncomplete();
        return resources;
    }

    /// <summary>The same of a page in the first bytes of an array, which may be used again.</summary>
    internal ScimResource[] Read(byte[] buffer, int length) => LentBytes.Of(buffer, length, Read);

    private ScimResource[] Read(LentBytes bytes)
    {
        var page = new RecordPage(bytes, _tables, _names);
        _names = page.Names;
        var top = new string[page.TopCount];
        for (int i = 0; i < top.Length; i++)
            top[i] = page.TopName(i);
        Binding binding = _lineage.Bind(page.Names, top);
        var resources = new ScimResource[page.Count];
        for (int i = 0; i < resources.Length; i++)
            resources[i] = ScimResource.Of(page.Record(i), binding);
        return resources;
    }
}
