using System;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;

namespace PSScim.Native;

/// <summary>Secrets between .NET's form and bytes, by way of memory that is wiped.</summary>
internal static unsafe class SecretText
{
    /// <summary>UTF-8. The caller wipes it.</summary>
    internal static byte[] Encode(SecureString secret)
    {
        IntPtr text = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            char* chars = (char*)text;
            var bytes = new byte[Encoding.UTF8.GetByteCount(chars, secret.Length)];
            fixed (byte* target = bytes)
                if (bytes.Length > 0)
                    Encoding.UTF8.GetBytes(chars, secret.Length, target, bytes.Length);
            return bytes;
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(text);
        }
    }

    /// <summary>A secure string of UTF-8, which is wiped.</summary>
    internal static SecureString Decode(byte[] bytes)
    {
        char[] chars = Encoding.UTF8.GetChars(bytes);
        var secure = new SecureString();
        foreach (char c in chars)
            secure.AppendChar(c);
        Array.Clear(chars, 0, chars.Length);
        Array.Clear(bytes, 0, bytes.Length);
        secure.MakeReadOnly();
        return secure;
    }
}
