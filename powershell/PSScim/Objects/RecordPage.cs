using PSScim.Native;

namespace PSScim;

/// <summary>Opens a page buffer (docs/records.md) and checks what its header says. Copies what it hands out.</summary>
internal readonly struct RecordPage
{
    private const uint Magic = 0x50435353;
    private const int HeaderLength = 32;
    private readonly LentBytes _bytes;
    private readonly int _records;
    private readonly int _top;

    /// <param name="bytes">The page.</param>
    /// <param name="tables">Name tables to take the page's from, or to add it to.</param>
    /// <param name="previous">The name table of the page before.</param>
    internal RecordPage(LentBytes bytes, NameTables tables, NameTable? previous)
    {
        _bytes = bytes;
        if (bytes.Length < HeaderLength || bytes.UInt32(0) != Magic || bytes.UInt32(4) != (uint)bytes.Length)
            throw Broken();
        Count = Table(8, 12, 1, out _records);
        int nameCount = Table(16, 20, 1, out int names);
        TopCount = Table(24, 28, 0, out _top);
        Names = tables.Of(bytes, NameOffsets(nameCount, names), previous);
    }

    /// <summary>How many records there are.</summary>
    internal int Count { get; }

    /// <summary>How many names are direct members of some record.</summary>
    internal int TopCount { get; }

    internal NameTable Names { get; }

    /// <summary>The i-th of the names that are direct members of some record.</summary>
    internal string TopName(int i)
    {
        uint id = _bytes.UInt32(_top + (4 * i));
        return id <= int.MaxValue ? Names[(int)id] : throw Broken();
    }

    /// <summary>A copy of one record's bytes.</summary>
    internal byte[] Record(int index)
    {
        int start = Offset(_records + (4 * index));
        return _bytes.Copy(start, Offset(_records + (4 * index) + 4) - start);
    }

    internal static uint UInt32(byte[] bytes, int at) =>
        bytes[at] | ((uint)bytes[at + 1] << 8) | ((uint)bytes[at + 2] << 16) | ((uint)bytes[at + 3] << 24);

    private int[] NameOffsets(int count, int table)
    {
        var offsets = new int[count + 1];
        for (int i = 0; i <= count; i++)
        {
            offsets[i] = Offset(table + (4 * i));
            if (i > 0 && offsets[i] < offsets[i - 1])
                throw Broken();
        }
        return offsets;
    }

    /// <summary>A table of u32 that the header names by its count and its offset: whether all of it is there.</summary>
    private int Table(int countAt, int offsetAt, int extra, out int offset)
    {
        uint count = _bytes.UInt32(countAt);
        uint start = _bytes.UInt32(offsetAt);
        if (start > (uint)_bytes.Length || ((ulong)count + (uint)extra) * 4 > (ulong)(_bytes.Length - start))
            throw Broken();
        offset = (int)start;
        return (int)count;
    }

    private int Offset(int at)
    {
        uint offset = _bytes.UInt32(at);
        return offset <= (uint)_bytes.Length ? (int)offset : throw Broken();
    }

    private static RecordFormatException Broken() =>
        new("A page is inconsistent: its header or its tables point outside it.");
}
