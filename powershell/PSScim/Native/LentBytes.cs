using System;
using System.Runtime.InteropServices;
using System.Text;

namespace PSScim.Native;

/// <summary>
/// Bytes that are lent for the length of a call: those of a reply, by the library, or those of an array. Nothing that is
/// asked for is trusted: what is not inside ends in a <see cref="RecordFormatException"/>.
/// </summary>
internal readonly unsafe struct LentBytes
{
    private readonly byte* _data;

    internal LentBytes(byte* data, int length)
    {
        _data = data;
        Length = length;
    }

    internal int Length { get; }

    /// <summary>Lends the first bytes of an array.</summary>
    internal static T Of<T>(byte[] bytes, int length, Func<LentBytes, T> read)
    {
        if (length > bytes.Length)
            throw Broken();
        fixed (byte* data = bytes)
            return read(new LentBytes(data, length));
    }

    /// <summary>The little-endian number at an offset.</summary>
    internal uint UInt32(int at)
    {
        byte* four = At(at, 4);
        return four[0] | ((uint)four[1] << 8) | ((uint)four[2] << 16) | ((uint)four[3] << 24);
    }

    /// <summary>A copy of some of the bytes.</summary>
    internal byte[] Copy(int at, int count)
    {
        byte* data = At(at, count);
        var copy = new byte[count];
        if (count > 0)
            Marshal.Copy((IntPtr)data, copy, 0, count);
        return copy;
    }

    /// <summary>Copies all of the bytes into an array of this length.</summary>
    internal void CopyTo(byte[] target)
    {
        if (target.Length > 0)
            Marshal.Copy((IntPtr)At(0, target.Length), target, 0, target.Length);
    }

    /// <summary>Some of the bytes as text.</summary>
    internal string Text(int at, int count) => count == 0 ? "" : Encoding.UTF8.GetString(At(at, count), count);

    /// <summary>How many of the bytes from an offset on are those of an array, up to <paramref name="count"/>.</summary>
    internal int CountSame(int at, byte[] bytes, int count)
    {
        byte* data = At(at, count);
        int same = 0;
        while (same < count && data[same] == bytes[same])
            same++;
        return same;
    }

    private byte* At(int at, int count)
    {
        if (at < 0 || count < 0 || at > Length - count)
            throw Broken();
        return _data + at;
    }

    private static RecordFormatException Broken() =>
        new("A page is inconsistent: its header or its tables point outside it.");
}
