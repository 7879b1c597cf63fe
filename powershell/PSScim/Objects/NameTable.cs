using System;
using System.Collections.Generic;
using System.Threading;
using PSScim.Native;

namespace PSScim;

/// <summary>The names of a page, shared by all of its records. Pages with the same names share one table.</summary>
internal sealed class NameTable
{
    private readonly byte[] _block;
    private readonly int[] _starts;
    private readonly string[] _names;
    private Index? _index;

    /// <param name="block">The names one after another.</param>
    /// <param name="starts">Where each begins, and the end of the last.</param>
    /// <param name="names">As text.</param>
    private NameTable(byte[] block, int[] starts, string[] names) => (_block, _starts, _names) = (block, starts, names);

    internal int Count => _names.Length;

    /// <summary>Whether a connection should keep it for the next page: most tables are small, and recur.</summary>
    internal bool IsWorthRemembering => Count <= Limits.NamesRemembered && _block.Length <= Limits.NameBytesRemembered;

    internal string this[int id] => (uint)id < (uint)_names.Length
        ? _names[id]
        : throw new RecordFormatException("A record has an attribute that isn't in the name table of its page.");

    /// <summary>The id of a name, of the same spelling where there is one, or -1.</summary>
    internal int IdOf(string name)
    {
        Index index = Indexed();
        if (!index.First.TryGetValue(name, out int first))
            return -1;
        for (int id = first; ;)
        {
            if (string.Equals(_names[id], name, StringComparison.Ordinal))
                return id;
            id = Alike(id);
            if (id < 0 || id == first)
                return first;
        }
    }

    /// <summary>The next id whose name differs from this one's in case only, going round; -1 where there is none.</summary>
    internal int Alike(int id) => Indexed().Alike is int[] alike ? alike[id] : -1;

    /// <summary>Reads the table of a page. What it has in common with another page's table is taken from there.</summary>
    internal static NameTable Read(LentBytes page, int[] offsets, NameTable? like)
    {
        int count = offsets.Length - 1;
        int first = offsets[0];
        byte[] block = page.Copy(first, offsets[count] - first);
        var names = new string[count];
        // A list keeps its names from page to page, so the next table begins with the one before.
        int same = like?.CommonWith(page, offsets) ?? 0;
        if (same > 0)
            Array.Copy(like!._names, names, same);
        for (int i = same; i < count; i++)
            names[i] = page.Text(offsets[i], offsets[i + 1] - offsets[i]);
        for (int i = count; i >= 0; i--)
            offsets[i] -= first;
        return new NameTable(block, offsets, names);
    }

    /// <summary>Whether this is the table of these bytes. Equal bytes are not enough: "ab", "c" is not "a", "bc".</summary>
    internal bool IsOf(LentBytes page, int[] offsets) =>
        offsets.Length == _starts.Length && CommonWith(page, offsets) == Count;

    private int CommonWith(LentBytes page, int[] offsets)
    {
        int first = offsets[0];
        int most = Math.Min(_starts.Length, offsets.Length) - 1;
        int same = 0;
        while (same < most && offsets[same + 1] - first == _starts[same + 1])
            same++;
        // Where the offsets agree, one comparison of the bytes finds the first name that differs.
        int at = page.CountSame(first, _block, _starts[same]);
        while (same > 0 && _starts[same] > at)
            same--;
        return same;
    }

    private Index Indexed()
    {
        Index? index = Volatile.Read(ref _index);
        if (index is null)
            Volatile.Write(ref _index, index = new Index(_names));
        return index;
    }

    /// <summary>Ids by name without regard to case. Names that differ in case only are tied into a ring.</summary>
    private sealed class Index
    {
        internal Index(string[] names)
        {
            for (int id = 0; id < names.Length; id++)
            {
                if (!First.TryGetValue(names[id], out int first))
                {
                    First.Add(names[id], id);
                    continue;
                }
                Alike ??= Alone(names.Length);
                Alike[id] = Alike[first] < 0 ? first : Alike[first];
                Alike[first] = id;
            }
        }

        internal Dictionary<string, int> First { get; } = new(StringComparer.OrdinalIgnoreCase);

        internal int[]? Alike { get; }

        private static int[] Alone(int count)
        {
            var alone = new int[count];
            for (int i = 0; i < count; i++)
                alone[i] = -1;
            return alone;
        }
    }
}

/// <summary>The name tables that a connection's pages had last. Single resources, too, then share theirs. Any thread.</summary>
internal sealed class NameTables
{
    private readonly NameTable?[] _recent = new NameTable?[Limits.RecentPages];
    private int _next;

    /// <summary>The table of a page's names.</summary>
    /// <param name="page">The page.</param>
    /// <param name="offsets">Where each name begins and the last one ends; the table may keep the array.</param>
    /// <param name="previous">The table of the page before.</param>
    internal NameTable Of(LentBytes page, int[] offsets, NameTable? previous)
    {
        if (previous is not null && previous.IsOf(page, offsets))
            return previous;
        lock (_recent)
        {
            foreach (NameTable? recent in _recent)
                if (recent is not null && recent.IsOf(page, offsets))
                    return recent;
            NameTable table = NameTable.Read(page, offsets, previous);
            if (table.IsWorthRemembering)
                _recent[_next++ % _recent.Length] = table;
            return table;
        }
    }
}
