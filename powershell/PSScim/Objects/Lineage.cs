using System;
using System.Collections.Generic;

namespace PSScim;

/// <summary>
/// The types of one place in a resource, over time: a resource itself, or the complex attribute at a path. When a name
/// comes that the present type lacks, the next type is a superset. Each connection has its own, so that what one
/// service returns does not show up on the objects of another. Any thread may use it.
/// </summary>
internal sealed class Lineage
{
    private readonly object _lock = new();
    private readonly EmittedTypes _types;
    private readonly TypeBudget _budget;
    private readonly ResourceKind _kind;
    private readonly bool _seed;
    private readonly string _path;
    private readonly char _separator;
    private readonly Type _baseType;
    private readonly Dictionary<string, Lineage> _children = new(StringComparer.OrdinalIgnoreCase);
    private readonly Binding?[] _recent = new Binding?[Limits.RecentPages];
    private int _next;
    private volatile Stage _stage;

    internal Lineage(EmittedTypes types, TypeBudget budget, ResourceKind kind, Projection projection, bool seed)
        : this(types, budget, kind, projection, seed, "", '.', kind switch
        {
            ResourceKind.User => projection.Names is null ? typeof(ScimFullUser) : typeof(ScimUser),
            ResourceKind.Group => projection.Names is null ? typeof(ScimFullGroup) : typeof(ScimGroup),
            ResourceKind.Schema => typeof(ScimSchema),
            ResourceKind.ResourceType => typeof(ScimResourceType),
            ResourceKind.ServiceProviderConfig => typeof(ScimServiceProviderConfig),
            _ => typeof(ScimResource),
        })
    {
    }

    private Lineage(
        EmittedTypes types, TypeBudget budget, ResourceKind kind, Projection projection, bool seed,
        string path, char separator, Type baseType)
    {
        (_types, _budget, _kind, _seed) = (types, budget, kind, seed);
        (_path, _separator, _baseType) = (path, separator, baseType);
        _stage = new Stage(projection, null, projection.Names ?? [], isLast: false);
    }

    /// <summary>The service whose objects these are.</summary>
    internal ServiceOrigin? Origin { get; set; }

    /// <summary>What ties the records of a page to the type that has all these names, as far as they may be properties.</summary>
    internal Binding Bind(NameTable table, IReadOnlyList<string> received)
    {
        Shape shape = Covering(received);
        lock (_lock)
        {
            foreach (Binding? recent in _recent)
                if (recent is not null && recent.Names == table && recent.Shape == shape)
                    return recent;
            var binding = new Binding(table, shape, this);
            if (table.IsWorthRemembering)
                _recent[_next++ % _recent.Length] = binding;
            return binding;
        }
    }

    /// <summary>Whether a name that was received can add nothing to a type of this lineage.</summary>
    internal bool Covers(Shape shape, string name)
    {
        Stage stage = _stage;
        if (_path.Length == 0 && stage.Projection.Learn(name) is not null)
            return false;
        if (stage.Projection.Names is not null)
            return !stage.Unseen.Contains(name);
        return stage.IsLast || shape.TryGetSlot(name, out _) || shape.Names.Count >= Limits.PropertiesPerType
            || stage.Projection.Excludes(name) || !EmittedTypes.IsUsable(name);
    }

    /// <summary>The complex attribute of this name.</summary>
    internal Lineage Child(string name)
    {
        lock (_lock)
        {
            if (_children.TryGetValue(name, out Lineage? child))
                return child;
            char separator = _path.Length == 0 ? ScimComplex.SeparatorBehind(name) : '.';
            Projection inside = _stage.Projection.Inside(name);
            bool isDefinition = _kind == ResourceKind.Schema && name is ("attributes" or "subAttributes");
            child = new Lineage(
                _types, _budget, _kind, inside, _seed, PathOf(name), separator,
                isDefinition ? typeof(ScimSchemaAttribute) : typeof(ScimComplex));
            if (_children.Count < Limits.ComplexAttributes)
                _children.Add(name, child);
            return child;
        }
    }

    /// <summary>What the offline schema knows of a member.</summary>
    internal KnownAttribute? Known(string name) => KnownSchema.Find(_kind, PathOf(name));

    private Shape Covering(IReadOnlyList<string> received)
    {
        Stage stage = _stage;
        if (stage.Shape is Shape present && CoversAll(present, received))
            return present;
        lock (_lock)
        {
            stage = _stage;
            if (stage.Shape is null || !CoversAll(stage.Shape, received))
                _stage = stage = Grow(stage, received);
            return stage.Shape!;
        }
    }

    private bool CoversAll(Shape shape, IReadOnlyList<string> received)
    {
        for (int i = 0; i < received.Count; i++)
            if (!Covers(shape, received[i]))
                return false;
        return true;
    }

    private Stage Grow(Stage stage, IReadOnlyList<string> received)
    {
        Projection projection = stage.Projection;
        Shape? shape = stage.Shape;
        for (int i = 0; i < received.Count && _path.Length == 0; i++)
            if (projection.Learn(received[i]) is Projection better)
            {
                projection = better;
                stage = new Stage(better, shape, better.Names ?? [], stage.IsLast);
                _children.Clear();
            }

        var names = new List<string>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        void Add(string name)
        {
            if (names.Count < Limits.PropertiesPerType && !projection.Excludes(name) && EmittedTypes.IsUsable(name) && seen.Add(name))
                names.Add(name);
        }

        var unseen = new List<string>();
        if (projection.Names is IReadOnlyList<string> asked)
        {
            foreach (string name in asked)
                Add(Spelling(name, received, stage, unseen));
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
        Shape? grown = _types.TryGet(_baseType, names, ShortNames(names, projection), _budget);
        shape = grown ?? shape ?? _types.TryGet(_baseType, [], [], _budget)!;
        return new Stage(projection, shape, unseen, isLast: grown is null);
    }

    /// <summary>A name as it is on the wire where it was seen there, else as the schema has it, else as it was asked for.</summary>
    private string Spelling(string asked, IReadOnlyList<string> received, Stage stage, List<string> unseen)
    {
        if (!stage.Unseen.Contains(asked))
            return stage.Shape is Shape shape && shape.TryGetSlot(asked, out int slot) ? shape.Names[slot] : asked;
        foreach (string name in received)
            if (string.Equals(name, asked, StringComparison.OrdinalIgnoreCase))
                return name;
        unseen.Add(asked);
        return Known(asked)?.Member is string known && string.Equals(known, asked, StringComparison.OrdinalIgnoreCase) ? known : asked;
    }

    /// <summary>
    /// The attributes of extensions by their own names, with their URNs: those that the schema has, or that were asked for. A
    /// name that the resource has itself is the resource's, and of two extensions' the first one's.
    /// </summary>
    private List<KeyValuePair<string, string>> ShortNames(List<string> names, Projection projection)
    {
        var all = new List<KeyValuePair<string, string>>();
        if (_path.Length > 0 || _kind is not (ResourceKind.User or ResourceKind.Group))
            return all;
        var taken = new HashSet<string>(names, StringComparer.OrdinalIgnoreCase);
        // What the core schema has, asked for or not, is never an extension's.
        taken.UnionWith(KnownSchema.TopLevelNames(_kind));
        foreach (string urn in names)
        {
            if (!Projection.IsUrn(urn))
                continue;
            foreach (string name in projection.Inside(urn).Names ?? KnownSchema.Members(_kind, urn))
                if (EmittedTypes.IsUsable(name) && !projection.Excludes(urn) && taken.Add(name))
                    all.Add(new KeyValuePair<string, string>(name, urn));
        }
        return all;
    }

    private string PathOf(string name) => _path.Length == 0 ? name : _path + _separator + name;

    /// <summary>How far the lineage has come. Never changed, only followed by another.</summary>
    private sealed class Stage(Projection projection, Shape? shape, IEnumerable<string> unseen, bool isLast)
    {
        internal Projection Projection { get; } = projection;

        internal Shape? Shape { get; } = shape;

        /// <summary>Names that were asked for and did not come yet, so that their spelling is a guess.</summary>
        internal HashSet<string> Unseen { get; } = new(unseen, StringComparer.OrdinalIgnoreCase);

        /// <summary>Whether the process has no room for a larger type.</summary>
        internal bool IsLast { get; } = isLast;
    }
}
