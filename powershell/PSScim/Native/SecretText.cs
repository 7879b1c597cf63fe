using System;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;

namespace PSScim.Native;

/// <summary>Secrets between .NET's form and bytes, by way of memory that is wiped.</summary>
internal static unsafe class SecretText
{
    /// <summary>UTF-8. The caller disposes of it.</summary>
    internal static SecretBytes Encode(SecureString secret)
    {
        IntPtr text = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            char* chars = (char*)text;
            var bytes = new SecretBytes(Encoding.UTF8.GetByteCount(chars, secret.Length));
            fixed (byte* target = bytes.Bytes)
                if (bytes.Length > 0)
                    Encoding.UTF8.GetBytes(chars, secret.Length, target, bytes.Length);
            return bytes;
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(text);
        }
    }

    /// <summary>A secure string of UTF-8.</summary>
    internal static SecureString Decode(SecretBytes bytes)
    {
        using var text = new SecretBytes(Encoding.UTF8.GetCharCount(bytes.Bytes) * sizeof(char));
        var secure = new SecureString();
        fixed (byte* source = bytes.Bytes, target = text.Bytes)
        {
            var chars = (char*)target;
            int count = text.Length == 0 ? 0 : Encoding.UTF8.GetChars(source, bytes.Length, chars, text.Length / sizeof(char));
            for (int i = 0; i < count; i++)
                secure.AppendChar(chars[i]);
        }
        secure.MakeReadOnly();
        return secure;
    }
}
