using System;
using System.Runtime.InteropServices;
using System.Text;

namespace PSScim.Native;

/// <summary>
/// The bytes of a secret. They stay at one place in memory from before they are written until they are wiped, so that the
/// garbage collector, which moves arrays, leaves no copy behind.
/// </summary>
internal sealed class SecretBytes : IDisposable
{
    private GCHandle _pin;

    /// <param name="length">How many; all are zero.</param>
    internal SecretBytes(int length)
    {
        Bytes = new byte[length];
        _pin = GCHandle.Alloc(Bytes, GCHandleType.Pinned);
    }

    /// <summary>Wipes what nobody has disposed of.</summary>
    ~SecretBytes() => Wipe();

    /// <summary>Nothing, where a secret could be.</summary>
    internal static SecretBytes None => new(0);

    /// <summary>The bytes themselves. Who keeps a copy has to wipe it.</summary>
    internal byte[] Bytes { get; }

    internal int Length => Bytes.Length;

    /// <summary>The UTF-8 of a text. The text itself stays: .NET cannot wipe it.</summary>
    internal static SecretBytes Of(string text)
    {
        var secret = new SecretBytes(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, 0, text.Length, secret.Bytes, 0);
        return secret;
    }

    /// <summary>Takes bytes over that somebody else has made, and wipes those.</summary>
    internal static SecretBytes Taking(byte[] bytes)
    {
        var secret = new SecretBytes(bytes.Length);
        Buffer.BlockCopy(bytes, 0, secret.Bytes, 0, bytes.Length);
        Array.Clear(bytes, 0, bytes.Length);
        return secret;
    }

    public void Dispose()
    {
        Wipe();
        GC.SuppressFinalize(this);
    }

    private void Wipe()
    {
        Array.Clear(Bytes, 0, Bytes.Length);
        if (_pin.IsAllocated)
            _pin.Free();
    }
}
