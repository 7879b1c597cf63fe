using System;
using System.Collections.Generic;

namespace PSScim;

/// <summary>
/// What ties records of one page to their type: for each slot the name id by which the page knows it. Made once for a
/// page, or for a run of pages whose names are the same, and shared by all their objects.
/// </summary>
internal sealed class Binding
{
    private readonly int[] _ids;
    private readonly KnownAttribute?[] _known;
    private readonly Lineage _lineage;
    private readonly Binding?[] _children;
    private readonly List<KeyValuePair<int, int>>? _otherSpellings;

    internal Binding(NameTable names, Shape shape, Lineage lineage)
    {
        (Names, Shape, _lineage) = (names, shape, lineage);
        _ids = new int[shape.Names.Count];
        _known = new KnownAttribute?[_ids.Length];
        _children = new Binding?[_ids.Length];
        for (int slot = 0; slot < _ids.Length; slot++)
        {
            _ids[slot] = -1;
            _known[slot] = lineage.Known(shape.Names[slot]);
        }
        for (int id = 0; id < names.Count; id++)
        {
            if (!shape.TryGetSlot(names[id], out int slot))
                continue;
            if (_ids[slot] < 0)
                _ids[slot] = id;
            else
                (_otherSpellings ??= []).Add(new KeyValuePair<int, int>(slot, id));
        }
    }

    internal NameTable Names { get; }

    internal Shape Shape { get; }

    /// <summary>Moves to the value of the attribute at a slot, whichever way the record spells its name.</summary>
    internal bool Find(RecordCursor members, int slot, out RecordCursor value, out Tag tag)
    {
        value = members;
        if (_ids[slot] >= 0 && value.Find(_ids[slot], out tag))
            return true;
        foreach (KeyValuePair<int, int> other in _otherSpellings ?? [])
        {
            value = members;
            if (other.Key == slot && value.Find(other.Value, out tag))
                return true;
        }
        tag = Tag.Null;
        return false;
    }

    internal KnownAttribute? KnownOf(int slot) => _known[slot];

    /// <summary>The binding of the complex value at a slot, whose members begin at a cursor.</summary>
    internal Binding Child(int slot, RecordCursor members)
    {
        Binding? child = _children[slot];
        Lineage lineage = child?._lineage ?? _lineage.Child(Shape.Names[slot]);
        var received = new List<string>();
        while (!members.IsAtEnd)
        {
            received.Add(Names[members.ReadNameId()]);
            members.Skip(members.ReadTag());
        }
        Shape shape = lineage.Covering(received);
        if (child is null || child.Shape != shape)
            _children[slot] = child = new Binding(Names, shape, lineage);
        return child;
    }
}
