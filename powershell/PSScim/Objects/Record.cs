using System.Text;

namespace PSScim;

/// <summary>What a value is: the tags of docs/records.md.</summary>
internal enum Tag : byte
{
    Null = 0,
    False = 1,
    True = 2,
    Integer = 3,
    Number = 4,
    String = 5,
    Name = 6,
    Array = 7,
    Object = 8,
}

/// <summary>
/// Walks over the bytes of a record. Nothing that the bytes say is trusted: every length is held against the end, every
/// name against the table, so hostile bytes end in a <see cref="RecordFormatException"/>.
/// </summary>
internal struct RecordCursor(byte[] bytes, int at, int end)
{
    private readonly byte[] _bytes = bytes;
    private readonly int _end = end;

    internal int At { get; private set; } = at;

    internal readonly bool IsAtEnd => At >= _end;

    internal Tag ReadTag()
    {
        var tag = (Tag)ReadByte();
        return tag <= Tag.Object ? tag : throw Broken();
    }

    internal int ReadNameId()
    {
        ulong id = ReadVarint();
        return id <= int.MaxValue ? (int)id : throw Broken();
    }

    internal long ReadInteger()
    {
        ulong raw = ReadVarint();
        return (long)(raw >> 1) ^ -(long)(raw & 1);
    }

    /// <summary>A number's text, which must be what JSON calls a number.</summary>
    internal string ReadNumber()
    {
        string text = ReadText();
        return JsonNumber.IsOne(text) ? text : throw Broken();
    }

    internal string ReadText()
    {
        int length = Within(ReadVarint());
        string text = Encoding.UTF8.GetString(_bytes, At, length);
        At += length;
        return text;
    }

    /// <summary>Enters an array: the cursor of its elements, and how many there are. This cursor goes on behind it.</summary>
    internal RecordCursor ReadArray(out int count)
    {
        RecordCursor inside = ReadObject();
        ulong said = inside.ReadVarint();
        // Each element takes a byte at least.
        count = said <= (ulong)(inside._end - inside.At) ? (int)said : throw Broken();
        return inside;
    }

    /// <summary>Enters an object: the cursor of its members. This cursor goes on behind it.</summary>
    internal RecordCursor ReadObject()
    {
        if (_end - At < 4)
            throw Broken();
        uint said = RecordPage.UInt32(_bytes, At);
        At += 4;
        int length = Within(said);
        var inside = new RecordCursor(_bytes, At, At + length);
        At += length;
        return inside;
    }

    internal readonly int End => _end;

    /// <summary>Passes over the value behind a tag that was just read.</summary>
    internal void Skip(Tag tag)
    {
        switch (tag)
        {
            case Tag.Integer or Tag.Name:
                ReadVarint();
                break;
            case Tag.Number or Tag.String:
                int length = Within(ReadVarint());
                At += length;
                break;
            case Tag.Array or Tag.Object:
                ReadObject();
                break;
        }
    }

    /// <summary>Moves to the value of the member with this name id, behind its tag; false where there is none.</summary>
    internal bool Find(int nameId, out Tag tag)
    {
        while (!IsAtEnd)
        {
            int id = ReadNameId();
            tag = ReadTag();
            if (id == nameId)
                return true;
            Skip(tag);
        }
        tag = Tag.Null;
        return false;
    }

    private int Within(ulong length) => length <= (ulong)(_end - At) ? (int)length : throw Broken();

    private byte ReadByte() => At < _end ? _bytes[At++] : throw Broken();

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = ReadByte();
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
        throw Broken();
    }

    private static RecordFormatException Broken() => new("A record is inconsistent: its bytes end too early or point outside it.");
}
