using System;
using System.Text;

namespace PSScim.Native;

/// <summary>Text and bytes across the border.</summary>
internal static unsafe class NativeText
{
    /// <summary>The text that a slice lends, or null where it lends nothing.</summary>
    internal static string? Read(ScimSlice slice) =>
        slice.data == null ? null : Encoding.UTF8.GetString(slice.data, checked((int)slice.length));

    /// <summary>Lends a text as UTF-8 for the length of a call.</summary>
    internal static T Lend<T>(string text, Func<ScimSlice, T> call) => Lend(Encoding.UTF8.GetBytes(text), call);

    /// <summary>Lends bytes for the length of a call.</summary>
    internal static T Lend<T>(byte[] bytes, Func<ScimSlice, T> call)
    {
        fixed (byte* data = bytes)
            return call(new ScimSlice { data = data, length = (nuint)bytes.Length });
    }
}
