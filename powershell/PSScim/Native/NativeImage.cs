using System;
using System.IO;

namespace PSScim.Native;

/// <summary>
/// Tells what a file that would not load is, from its first bytes: the system's own message ("invalid ELF header",
/// "error 193") leaves the reader to guess.
/// </summary>
internal static class NativeImage
{
    private const int HeaderLength = 4096;

    /// <summary>What the file is, as the rest of a sentence: "is a Windows library for x64", "is empty" …</summary>
    internal static string Describe(string path)
    {
        byte[] header;
        try
        {
            header = ReadHeader(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "can't be read (" + e.Message + ")";
        }
        if (header.Length == 0)
            return "is empty";
        if (IsElf(header))
            return "is a Linux library for " + ElfMachine(header[18] | (header[19] << 8))
                + (IsCutOff(path) ? ", but its end is missing" : "");
        if (header[0] == 'M' && header.Length >= 0x40 && header[1] == 'Z')
            return WindowsImage(header);
        if (header.Length >= 8)
        {
            uint magic = RecordPage.UInt32(header, 0);
            if (magic == 0xfeedfacf)
                return "is a macOS library for " + MachMachine(RecordPage.UInt32(header, 4));
            if (magic is 0xbebafeca or 0xbfbafeca)
                return "is a macOS library for several processors";
        }
        return "isn't a library (it may be a web page, a git-lfs pointer or an incomplete download)";
    }

    /// <summary>
    /// Whether a 64-bit ELF file is shorter than its header says. To be asked before it is loaded: the dynamic loader
    /// maps what is not there, and the process dies of SIGBUS.
    /// </summary>
    internal static bool IsCutOff(string path)
    {
        try
        {
            byte[] header = ReadHeader(path);
            if (!IsElf(header) || header[4] != 2 || header.Length < 64)
                return false;
            ulong sections = RecordPage.UInt32(header, 0x28) | ((ulong)RecordPage.UInt32(header, 0x2c) << 32);
            ulong size = (ulong)(header[0x3a] | (header[0x3b] << 8)), count = (ulong)(header[0x3c] | (header[0x3d] << 8));
            return sections + (size * count) > (ulong)new FileInfo(path).Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // Loading it fails as well, and says why.
        }
    }

    private static bool IsElf(byte[] header) =>
        header.Length >= 20 && header[0] == 0x7f && header[1] == 'E' && header[2] == 'L' && header[3] == 'F';

    private static byte[] ReadHeader(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var header = new byte[(int)Math.Min(HeaderLength, file.Length)];
        int read = 0;
        while (read < header.Length)
        {
            int more = file.Read(header, read, header.Length - read);
            if (more == 0)
                break;
            read += more;
        }
        Array.Resize(ref header, read);
        return header;
    }

    private static string WindowsImage(byte[] header)
    {
        long at = RecordPage.UInt32(header, 0x3c);
        if (at + 6 > header.Length || header[at] != 'P' || header[at + 1] != 'E')
            return "is a DOS program";
        return "is a Windows library for " + (header[at + 4] | (header[at + 5] << 8)) switch
        {
            0x8664 => "x64",
            0xaa64 => "arm64",
            0x14c => "x86",
            _ => "another processor",
        };
    }

    private static string ElfMachine(int machine) => machine switch
    {
        62 => "x64",
        183 => "arm64",
        3 => "x86",
        40 => "arm",
        _ => "another processor",
    };

    private static string MachMachine(uint machine) => machine switch
    {
        0x01000007 => "x64",
        0x0100000c => "arm64",
        _ => "another processor",
    };
}
