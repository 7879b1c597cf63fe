using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json;

namespace PSScim.Tests.Objects;

/// <summary>Writes pages of records as docs/records.md has them, from JSON. One writer is one list: its names go on.</summary>
internal sealed class RecordWriter
{
    private readonly List<string> _names = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    /// <summary>A page of these resources.</summary>
    internal static byte[] Page(params string[] resources) => new RecordWriter().Next(resources);

    /// <summary>The next page of the list.</summary>
    internal byte[] Next(params string[] resources)
    {
        var records = new List<byte[]>();
        var top = new List<int>();
        foreach (string resource in resources)
        {
            using var json = JsonDocument.Parse(resource, new JsonDocumentOptions { MaxDepth = 1000 });
            foreach (JsonProperty member in json.RootElement.EnumerateObject())
            {
                int id = Id(member.Name);
                if (!top.Contains(id))
                    top.Add(id);
            }
            using var bytes = new MemoryStream();
            Members(bytes, json.RootElement);
            records.Add(bytes.ToArray());
        }
        return Assemble(records, _names.ConvertAll(Encoding.UTF8.GetBytes), top);
    }

    /// <summary>The page that holds these parts.</summary>
    internal static byte[] Assemble(List<byte[]> records, List<byte[]> names, List<int> top)
    {
        using var page = new MemoryStream();
        page.Write(new byte[32]);
        List<int> recordOffsets = Append(page, records);
        List<int> nameOffsets = Append(page, names);
        int recordTable = Table(page, recordOffsets);
        int nameTable = Table(page, nameOffsets);
        int topList = Table(page, top);
        int length = (int)page.Length;
        page.Position = 0;
        foreach (int field in new[] { 0x50435353, length, records.Count, recordTable, names.Count, nameTable, top.Count, topList })
            page.Write(BitConverter.GetBytes(field));
        return page.ToArray();
    }

    private static List<int> Append(MemoryStream page, List<byte[]> parts)
    {
        var offsets = new List<int>();
        foreach (byte[] part in parts)
        {
            offsets.Add((int)page.Position);
            page.Write(part);
        }
        offsets.Add((int)page.Position);
        return offsets;
    }

    private static int Table(MemoryStream page, List<int> values)
    {
        int at = (int)page.Position;
        foreach (int value in values)
            page.Write(BitConverter.GetBytes(value));
        return at;
    }

    private int Id(string name)
    {
        if (!_ids.TryGetValue(name, out int id))
        {
            _ids.Add(name, id = _names.Count);
            _names.Add(name);
        }
        return id;
    }

    private void Members(MemoryStream to, JsonElement json)
    {
        foreach (JsonProperty member in json.EnumerateObject())
        {
            Varint(to, (ulong)Id(member.Name));
            Value(to, member.Value);
        }
    }

    private void Value(MemoryStream to, JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.False:
                to.WriteByte(1);
                break;
            case JsonValueKind.True:
                to.WriteByte(2);
                break;
            case JsonValueKind.Number:
                Number(to, json.GetRawText());
                break;
            case JsonValueKind.String when json.GetString()!.StartsWith("urn:", StringComparison.Ordinal):
                to.WriteByte(6);
                Varint(to, (ulong)Id(json.GetString()!));
                break;
            case JsonValueKind.String:
                to.WriteByte(5);
                Text(to, json.GetString()!);
                break;
            case JsonValueKind.Array:
                using (var inside = new MemoryStream())
                {
                    Varint(inside, (ulong)json.GetArrayLength());
                    foreach (JsonElement element in json.EnumerateArray())
                        Value(inside, element);
                    Nested(to, 7, inside);
                }
                break;
            case JsonValueKind.Object:
                using (var inside = new MemoryStream())
                {
                    Members(inside, json);
                    Nested(to, 8, inside);
                }
                break;
            default:
                to.WriteByte(0);
                break;
        }
    }

    private static void Number(MemoryStream to, string text)
    {
        if (text != "-0" && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer))
        {
            to.WriteByte(3);
            Varint(to, (ulong)((integer << 1) ^ (integer >> 63)));
            return;
        }
        to.WriteByte(4);
        Text(to, text);
    }

    private static void Nested(MemoryStream to, byte tag, MemoryStream inside)
    {
        to.WriteByte(tag);
        to.Write(BitConverter.GetBytes((int)inside.Length));
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
}
