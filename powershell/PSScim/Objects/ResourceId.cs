using System;
using System.Globalization;
using System.Numerics;

namespace PSScim;

/// <summary>What is an id (RFC 7643 section 3.1): a string, or a number in its exact digits. Nothing else is one.</summary>
internal static class ResourceId
{
    /// <summary>The id that a value is, as text; null where it's none.</summary>
    internal static string? Of(object? value) => SetValue.Bare(value) switch
    {
        string { Length: > 0 } text => text,
        Guid guid => guid.ToString(),
        sbyte or byte or short or ushort or int or uint or long or ulong or decimal or BigInteger =>
            ((IFormattable)SetValue.Bare(value)!).ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };
}
