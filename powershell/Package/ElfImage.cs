using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace PSScim.Package;

/// <summary>What a 64-bit little-endian ELF library shows to the outside: its processor, its symbols and the versions it needs.</summary>
internal sealed class ElfImage
{
    internal const int X64 = 62;
    internal const int Arm64 = 183;
    private const uint Symbols = 2;
    private const uint DynamicSymbols = 11;
    private const uint NeededVersions = 0x6ffffffe;
    private readonly byte[] _bytes;
    private readonly List<Section> _sections = [];

    /// <exception cref="InvalidDataException">It is no such library.</exception>
    internal ElfImage(string path)
    {
        _bytes = File.ReadAllBytes(path);
        if (!_bytes.AsSpan().StartsWith("\u007fELF\u0002\u0001"u8) || _bytes.Length < 0x40)
            throw new InvalidDataException($"{path} is no library for 64-bit Linux.");
        long table = (long)U64(0x28);
        int size = U16(0x3a), count = U16(0x3c);
        for (int i = 0; i < count; i++)
        {
            int at = checked((int)(table + (i * size)));
            _sections.Add(new Section(U32(at + 4), (int)U64(at + 0x18), (int)U64(at + 0x20), (int)U32(at + 0x28)));
        }
    }

    /// <summary>The number of the processor that it is for: <see cref="X64"/>, <see cref="Arm64"/>.</summary>
    internal int Machine => U16(0x12);

    /// <summary>Whether it carries the names of its own functions, which only a debugger reads.</summary>
    internal bool HasSymbols => _sections.Any(section => section.Type == Symbols);

    /// <summary>Names of the functions and data that it offers to others.</summary>
    internal IEnumerable<string> Exports()
    {
        const int size = 24;
        foreach (Section section in _sections.Where(s => s.Type == DynamicSymbols))
            for (int at = section.Offset + size; at < section.Offset + section.Size; at += size)
            {
                bool isDefined = U16(at + 6) != 0;
                bool isLocal = _bytes[at + 4] >> 4 == 0;
                if (isDefined && !isLocal)
                    yield return Text(section, (int)U32(at));
            }
    }

    /// <summary>Symbol versions that it needs of other libraries, such as <c>GLIBC_2.28</c>.</summary>
    internal IEnumerable<string> NeededSymbolVersions()
    {
        foreach (Section section in _sections.Where(s => s.Type == NeededVersions))
            for (int at = section.Offset, next = 1; next != 0; at += next)
            {
                next = (int)U32(at + 12);
                int aux = at + (int)U32(at + 8);
                for (int i = U16(at + 2); i > 0; i--, aux += (int)U32(aux + 12))
                    yield return Text(section, (int)U32(aux + 8));
            }
    }

    private string Text(Section section, int at)
    {
        ReadOnlySpan<byte> text = _bytes.AsSpan(_sections[section.Link].Offset + at);
        return Encoding.UTF8.GetString(text[..text.IndexOf((byte)0)]);
    }

    private ushort U16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(at));

    private uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(at));

    private ulong U64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(at));

    private sealed record Section(uint Type, int Offset, int Size, int Link);
}
