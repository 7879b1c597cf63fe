using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;

namespace PSScim.Tests.Objects;

/// <summary>Writes pages as docs/records.md has them, independently of the library, for tests of their reader.</summary>
internal sealed class RecordWriter
{
    private readonly List<string> _names = [];
    private readonly Dictionary<string, int> _ids = [];
    private readonly List<byte[]> _records = [];
    private readonly List<int> _top = [];
    private readonly HashSet<int> _isTop = [];

    internal static byte[] Page(params string[] objects)
    {
        var writer = new RecordWriter();
        foreach (string json in objects)
            writer.Add(json);
        return writer.Finish();
    }

    internal void Add(string json)
    {
        using var document = JsonDocument.Parse(json);
        var bytes = new MemoryStream();
        foreach (JsonProperty member in document.RootElement.EnumerateObject())
        {
            int id = Id(member.Name);
            if (_isTop.Add(id))
                _top.Add(id);
            Varint(bytes, (ulong)id);
            Value(bytes, member.Value);
        }
        _records.Add(bytes.ToArray());
    }

    internal byte[] Finish()
    {
        var page = new MemoryStream();
        page.Write(new byte[32]);
        var offsets = new List<uint>();
        foreach (byte[] record in _records)
        {
            offsets.Add((uint)page.Position);
            page.Write(record);
        }
        offsets.Add((uint)page.Position);
        uint records = (uint)page.Position;
        offsets.ForEach(o => UInt32(page, o));
        uint names = (uint)page.Position;
        uint block = names + (4 * (uint)(_names.Count + 1)) + (4 * (uint)_top.Count);
        UInt32(page, block);
        foreach (string name in _names)
            UInt32(page, block += (uint)Encoding.UTF8.GetByteCount(name));
        uint top = (uint)page.Position;
        _top.ForEach(id => UInt32(page, (uint)id));
        page.Write(Encoding.UTF8.GetBytes(string.Concat(_names)));
        byte[] bytes = page.ToArray();
        page.Position = 0;
        foreach (uint value in new[]
        {
            0x50435353u, (uint)bytes.Length, (uint)_records.Count, records, (uint)_names.Count, names, (uint)_top.Count, top,
        })
            UInt32(page, value);
        return page.ToArray();
    }

    private void Value(MemoryStream to, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                to.WriteByte(0);
                break;
            case JsonValueKind.False:
                to.WriteByte(1);
                break;
            case JsonValueKind.True:
                to.WriteByte(2);
                break;
            case JsonValueKind.Number when value.TryGetInt64(out long n) && value.GetRawText() == n.ToString(System.Globalization.CultureInfo.InvariantCulture):
                to.WriteByte(3);
                Varint(to, (ulong)((n << 1) ^ (n >> 63)));
                break;
            case JsonValueKind.Number:
                to.WriteByte(4);
                Text(to, value.GetRawText());
                break;
            case JsonValueKind.String when value.GetString()!.StartsWith("urn:", System.StringComparison.Ordinal):
                to.WriteByte(6);
                Varint(to, (ulong)Id(value.GetString()!));
                break;
            case JsonValueKind.String:
                to.WriteByte(5);
                Text(to, value.GetString()!);
                break;
            case JsonValueKind.Array:
                to.WriteByte(7);
                Framed(to, inside =>
                {
                    Varint(inside, (ulong)value.GetArrayLength());
                    foreach (JsonElement element in value.EnumerateArray())
                        Value(inside, element);
                });
                break;
            case JsonValueKind.Object:
                to.WriteByte(8);
                Framed(to, inside =>
                {
                    foreach (JsonProperty member in value.EnumerateObject())
                    {
                        Varint(inside, (ulong)Id(member.Name));
                        Value(inside, member.Value);
                    }
                });
                break;
        }
    }

    private int Id(string name)
    {
        if (_ids.TryGetValue(name, out int id))
            return id;
        _names.Add(name);
        return _ids[name] = _names.Count - 1;
    }

    private static void Framed(MemoryStream to, System.Action<MemoryStream> write)
    {
        var inside = new MemoryStream();
        write(inside);
        UInt32(to, (uint)inside.Length);
        inside.WriteTo(to);
    }

    private static void Text(MemoryStream to, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Varint(to, (ulong)bytes.Length);
        to.Write(bytes);
    }

    private static void Varint(MemoryStream to, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            to.WriteByte((byte)(value | 0x80));
        to.WriteByte((byte)value);
    }

    private static void UInt32(MemoryStream to, uint value) =>
        to.Write([(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)]);
}
