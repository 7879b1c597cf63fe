using System.Collections.Generic;
using System.Threading;

namespace PSScim;

/// <summary>
/// What ties records of one page to their type: for each slot the name id by which the page knows it. Made once for a
/// page, or for a run of pages whose names are the same, and shared by all their objects on any thread.
/// </summary>
internal sealed class Binding
{
    private readonly int[] _ids;
    private readonly KnownAttribute?[] _known;
    private readonly Lineage _lineage;
    private readonly Binding?[] _children;
    private readonly bool[] _covered;

    internal Binding(NameTable names, Shape shape, Lineage lineage)
    {
        (Names, Shape, _lineage) = (names, shape, lineage);
        _ids = new int[shape.Names.Count];
        _known = new KnownAttribute?[_ids.Length];
        _children = new Binding?[_ids.Length];
        _covered = new bool[names.Count];
        for (int slot = 0; slot < _ids.Length; slot++)
        {
            _ids[slot] = names.IdOf(shape.Names[slot]);
            _known[slot] = lineage.Known(shape.Names[slot]);
        }
    }

    internal NameTable Names { get; }

    /// <summary>Whether it ties resources that couldn't be read completely.</summary>
    internal bool IsIncomplete { get; private set; }

    internal Shape Shape { get; }

    /// <summary>The same for a resource that couldn't be read completely.</summary>
    internal Binding OfIncomplete() => new(Names, Shape, _lineage) { IsIncomplete = true };

    internal ServiceOrigin? Origin => _lineage.Origin;

    internal KnownAttribute? KnownOf(int slot) => _known[slot];

    /// <summary>
    /// Moves to the value of the member that a slot stands for, behind its tag; false where there is none. A member that
    /// is spelled as the type spells it goes before one that is alike but for case.
    /// </summary>
    internal bool Find(int slot, ref RecordCursor members, out Tag tag)
    {
        tag = Tag.Null;
        int id = _ids[slot];
        RecordCursor start = members;
        if (id < 0 || members.Find(id, out tag))
            return id >= 0;
        for (int other = Names.Alike(id); other >= 0 && other != id; other = Names.Alike(other))
        {
            members = start;
            if (members.Find(other, out tag))
                return true;
        }
        return false;
    }

    /// <summary>The binding of the complex value at a slot: its type has all of these members that may be properties.</summary>
    internal Binding Child(int slot, RecordCursor members)
    {
        Binding? child = Volatile.Read(ref _children[slot]);
        if (child is not null && child.CoversAll(members))
            return child;
        Lineage lineage = child?._lineage ?? _lineage.Child(Shape.Names[slot]);
        var received = new List<string>();
        while (!members.IsAtEnd)
        {
            received.Add(Names[members.ReadNameId()]);
            members.Skip(members.ReadTag());
        }
        child = lineage.Bind(Names, received);
        Volatile.Write(ref _children[slot], child);
        return child;
    }

    /// <summary>Whether the type has all of these members that may be properties. What was once found out is kept.</summary>
    private bool CoversAll(RecordCursor members)
    {
        while (!members.IsAtEnd)
        {
            int id = members.ReadNameId();
            members.Skip(members.ReadTag());
            string name = Names[id];
            if (!_covered[id] && !(_covered[id] = _lineage.Covers(Shape, name)))
                return false;
        }
        return true;
    }
}
