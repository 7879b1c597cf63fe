using System;
using System.Text;

namespace PSScim;

/// <summary>The names of a page, shared by all of its records. Pages with the same names share one table.</summary>
internal sealed class NameTable
{
    private readonly byte[] _block;
    private readonly string[] _names;

    internal NameTable(byte[] block, string[] names) => (_block, _names) = (block, names);

    internal int Count => _names.Length;

    internal string this[int id] =>
        (uint)id < (uint)_names.Length ? _names[id] : throw new RecordFormatException("A record names an attribute that its page does not know.");

    /// <summary>Whether this is the table of these bytes: the name block, and the offsets of the names in it.</summary>
    internal bool IsOf(byte[] buffer, int start, int length)
    {
        if (length != _block.Length)
            return false;
        for (int i = 0; i < length; i++)
            if (buffer[start + i] != _block[i])
                return false;
        return true;
    }
}

/// <summary>Opens a page buffer (docs/records.md) and checks what its header says.</summary>
internal readonly struct RecordPage
{
    private const uint Magic = 0x50435353;
    private const int HeaderLength = 32;
    private readonly byte[] _buffer;
    private readonly int _length;
    private readonly int _records;
    private readonly int _top;

    internal RecordPage(byte[] buffer, int length, NameTable? previous)
    {
        _buffer = buffer;
        _length = Math.Min(length, buffer.Length);
        if (_length < HeaderLength || UInt32(buffer, 0) != Magic || UInt32(buffer, 4) != (uint)length)
            throw Broken();
        Count = Table(8, 12, 1, out _records);
        int names = Table(16, 20, 1, out int nameTable);
        TopCount = Table(24, 28, 0, out _top);
        Names = ReadNames(names, nameTable, previous);
    }

    /// <summary>How many records there are.</summary>
    internal int Count { get; }

    /// <summary>How many names are direct members of some record.</summary>
    internal int TopCount { get; }

    internal NameTable Names { get; }

    /// <summary>The i-th of the names that are direct members of some record.</summary>
    internal string TopName(int i) => Names[unchecked((int)UInt32(_buffer, _top + (4 * i)))];

    /// <summary>A copy of one record's bytes.</summary>
    internal byte[] Record(int index)
    {
        int start = Offset(_records + (4 * index));
        int end = Offset(_records + (4 * index) + 4);
        if (end < start)
            throw Broken();
        var record = new byte[end - start];
        Buffer.BlockCopy(_buffer, start, record, 0, record.Length);
        return record;
    }

    internal static uint UInt32(byte[] bytes, int at) =>
        bytes[at] | ((uint)bytes[at + 1] << 8) | ((uint)bytes[at + 2] << 16) | ((uint)bytes[at + 3] << 24);

    private NameTable ReadNames(int count, int table, NameTable? previous)
    {
        int first = Offset(table);
        int end = Offset(table + (4 * count));
        if (end < first)
            throw Broken();
        if (previous is not null && previous.Count == count && previous.IsOf(_buffer, first, end - first))
            return previous;
        var names = new string[count];
        for (int i = 0, start = first; i < count; i++)
        {
            int next = Offset(table + (4 * i) + 4);
            if (next < start)
                throw Broken();
            names[i] = Encoding.UTF8.GetString(_buffer, start, next - start);
            start = next;
        }
        var block = new byte[end - first];
        Buffer.BlockCopy(_buffer, first, block, 0, block.Length);
        return new NameTable(block, names);
    }

    /// <summary>A table of u32 that the header names by its count and its offset: whether all of it is there.</summary>
    private int Table(int countAt, int offsetAt, int extra, out int offset)
    {
        uint count = UInt32(_buffer, countAt);
        uint start = UInt32(_buffer, offsetAt);
        if (start > (uint)_length || ((ulong)count + (uint)extra) * 4 > (ulong)(_length - start))
            throw Broken();
        offset = (int)start;
        return (int)count;
    }

    private int Offset(int at)
    {
        uint offset = UInt32(_buffer, at);
        return offset <= (uint)_length ? (int)offset : throw Broken();
    }

    private static RecordFormatException Broken() => new("A page does not hold: its header or its tables say more than there is.");
}
