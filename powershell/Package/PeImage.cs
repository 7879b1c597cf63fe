using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace PSScim.Package;

/// <summary>What a Windows library shows to the outside: its processor, the functions it exports, the libraries it needs.</summary>
internal sealed class PeImage : IDisposable
{
    private readonly PEReader _reader;

    /// <exception cref="InvalidDataException">It is no such library.</exception>
    internal PeImage(string path)
    {
        _reader = new PEReader(new MemoryStream(File.ReadAllBytes(path)));
        try
        {
            _ = Header;
        }
        catch (BadImageFormatException e)
        {
            throw new InvalidDataException($"{path} is no library for Windows.", e);
        }
    }

    internal Machine Machine => _reader.PEHeaders.CoffHeader.Machine;

    /// <summary>Whether it carries the names of its own functions, which only a debugger reads.</summary>
    internal bool HasSymbols => _reader.PEHeaders.CoffHeader.NumberOfSymbols > 0;

    private PEHeader Header => _reader.PEHeaders.PEHeader ?? throw new BadImageFormatException();

    public void Dispose() => _reader.Dispose();

    /// <summary>The names that it exports.</summary>
    internal IEnumerable<string> Exports()
    {
        if (Header.ExportTableDirectory is not { Size: > 0 } directory)
            yield break;
        BlobReader table = At(directory.RelativeVirtualAddress);
        table.Offset = 24;
        int count = table.ReadInt32();
        table.Offset = 32;
        BlobReader names = At(table.ReadInt32());
        for (int i = 0; i < count; i++)
            yield return Text(names.ReadInt32());
    }

    /// <summary>The libraries that Windows has to find for it, at once or when they are first called.</summary>
    internal IEnumerable<string> Imports() =>
        [.. Names(Header.ImportTableDirectory, size: 20, nameAt: 12), .. Names(Header.DelayImportTableDirectory, size: 32, nameAt: 4)];

    /// <summary>The names in a table that ends with an entry without one.</summary>
    private IEnumerable<string> Names(DirectoryEntry directory, int size, int nameAt)
    {
        if (directory.Size == 0)
            yield break;
        BlobReader table = At(directory.RelativeVirtualAddress);
        for (int entry = 0; ; entry += size)
        {
            table.Offset = entry + nameAt;
            int name = table.ReadInt32();
            if (name == 0)
                yield break;
            yield return Text(name);
        }
    }

    private string Text(int address)
    {
        BlobReader text = At(address);
        return text.ReadUTF8(text.IndexOf(0));
    }

    private BlobReader At(int address) => _reader.GetSectionData(address).GetReader();
}
