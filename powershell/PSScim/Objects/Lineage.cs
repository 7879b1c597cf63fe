using System;
using System.Collections.Generic;

namespace PSScim;

/// <summary>
/// The types of one place in a resource, over time: a resource itself, or the complex attribute at a path. When a name
/// comes that the present type lacks, the next type is a superset. Each connection has its own, so that what one
/// service returns does not show up on the objects of another.
/// </summary>
internal sealed class Lineage
{
    private readonly object _lock = new();
    private readonly ResourceKind _kind;
    private readonly Projection _projection;
    private readonly bool _seed;
    private readonly TypeBudget _budget;
    private readonly string _path;
    private readonly Type _baseType;
    private readonly Dictionary<string, Lineage> _children = new(StringComparer.OrdinalIgnoreCase);
    private volatile Shape? _shape;

    internal Lineage(ResourceKind kind, Projection projection, bool seed, TypeBudget budget)
        : this(kind, projection, seed, budget, "", kind switch
        {
            ResourceKind.User => typeof(ScimUser),
            ResourceKind.Group => typeof(ScimGroup),
            _ => typeof(ScimResource),
        })
    {
    }

    private Lineage(ResourceKind kind, Projection projection, bool seed, TypeBudget budget, string path, Type baseType) =>
        (_kind, _projection, _seed, _budget, _path, _baseType) = (kind, projection, seed, budget, path, baseType);

    /// <summary>A type that has all these names, as far as they may be properties.</summary>
    internal Shape Covering(IReadOnlyList<string> names)
    {
        Shape? shape = _shape;
        if (shape is not null && (_projection.Names is not null || Covers(shape, names)))
            return shape;
        lock (_lock)
        {
            shape = _shape;
            if (shape is not null && (_projection.Names is not null || Covers(shape, names)))
                return shape;
            return _shape = Grow(shape, names);
        }
    }

    /// <summary>The complex attribute of this name.</summary>
    internal Lineage Child(string name)
    {
        lock (_lock)
        {
            if (_children.TryGetValue(name, out Lineage? child))
                return child;
            child = new Lineage(_kind, _projection.Inside(name), _seed, _budget, PathOf(name), typeof(ScimComplex));
            // A server that invents names gets no memory of each.
            if (_children.Count < EmittedTypes.MaximumProperties)
                _children.Add(name, child);
            return child;
        }
    }

    /// <summary>What the offline schema knows of a member.</summary>
    internal KnownAttribute? Known(string name) => KnownSchema.Find(_kind, PathOf(name));

    private string PathOf(string name) => _path.Length == 0 ? name : _path + "/" + name;

    private bool Covers(Shape shape, IReadOnlyList<string> names)
    {
        for (int i = 0; i < names.Count; i++)
            if (!shape.TryGetSlot(names[i], out _) && !_projection.Excludes(names[i]) && EmittedTypes.IsUsable(names[i]))
                return shape.Names.Count >= EmittedTypes.MaximumProperties;
        return true;
    }

    private Shape Grow(Shape? shape, IReadOnlyList<string> received)
    {
        var names = new List<string>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        void Add(string name)
        {
            if (names.Count < EmittedTypes.MaximumProperties && !_projection.Excludes(name) && EmittedTypes.IsUsable(name) && seen.Add(name))
                names.Add(name);
        }

        if (_projection.Names is IReadOnlyList<string> asked)
        {
            foreach (string name in asked)
                Add(Spelling(name, received));
        }
        else
        {
            foreach (string name in shape?.Names ?? [])
                Add(name);
            if (shape is null && _seed)
                foreach (string name in KnownSchema.Members(_kind, _path))
                    Add(name);
            foreach (string name in received)
                Add(name);
        }
        return EmittedTypes.TryGet(_baseType, names, _budget) ?? shape ?? EmittedTypes.TryGet(_baseType, [], _budget)!;
    }

    /// <summary>A name as it is on the wire where it was seen there, else as the schema has it, else as it was asked for.</summary>
    private string Spelling(string asked, IReadOnlyList<string> received)
    {
        foreach (string name in received)
            if (string.Equals(name, asked, StringComparison.OrdinalIgnoreCase))
                return name;
        KnownAttribute? known = Known(asked);
        if (known is null)
            return asked;
        string[] segments = known.Segments;
        return segments[segments.Length - 1];
    }
}
