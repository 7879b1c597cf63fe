using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;

namespace PSScim;

/// <summary>What scripts set properties to, held against what they have.</summary>
internal static class SetValue
{
    /// <summary>The value without the engine's wrapping. A [pscustomobject] is nothing without it, and keeps it.</summary>
    internal static object? Bare(object? value) =>
        value is PSObject wrapped && wrapped.BaseObject is not PSCustomObject ? wrapped.BaseObject : value;

    /// <summary>Whether a property is set to the complex value, or the very values, that it has.</summary>
    internal static bool IsItself(object? value, object? present)
    {
        if (value is ScimComplex complex)
            return present is ScimComplex has && complex.IsAt(has);
        if (value is not object[] values || present is not object[] hasValues || values.Length != hasValues.Length || values.Length == 0)
            return false;
        for (int i = 0; i < values.Length; i++)
            if (!IsItself(Bare(values[i]), hasValues[i]))
                return false;
        return true;
    }

    /// <summary>Whether a value is, to a service, the one that was received.</summary>
    internal static bool IsSame(object? value, object? received)
    {
        if (value is null || received is null)
            return value is null && received is null;
        return received switch
        {
            string text => value is string given && given == text,
            bool flag => value is bool given && given == flag,
            DateTime utc => Instant(value) == utc,
            ScimComplex complex => value is ScimComplex given && !given.HasEdits && given.ToJson() == complex.ToJson(),
            object?[] list => AreSame(value, list),
            _ => AreSameNumber(value, received),
        };
    }

    /// <summary>
    /// What to remember of a value: no array or complex value that changes under our hands, and an array for an attribute
    /// that has many values.
    /// </summary>
    internal static object? ToKeep(object? value, KnownAttribute? known)
    {
        object? kept = Snapshot(value, 0);
        return kept is not null and not object[] && known is { IsMultiValued: true } ? new[] { kept } : kept;
    }

    private static object? Snapshot(object? value, int depth)
    {
        switch (Bare(value))
        {
            case null:
                return null;
            case ScimComplex complex:
                return complex.Detached();
            case IEnumerable list and not (string or IDictionary or byte[]) when depth < Limits.Depth:
                var values = new List<object?>();
                foreach (object? element in list)
                    values.Add(Snapshot(element, depth + 1));
                return values.ToArray();
            case object bare:
                return bare;
        }
    }

    private static bool AreSame(object value, object?[] received)
    {
        if (value is not IList list || list.Count != received.Length)
            return false;
        for (int i = 0; i < received.Length; i++)
            if (!IsSame(Bare(list[i]), received[i]))
                return false;
        return true;
    }

    private static DateTime? Instant(object value) => value switch
    {
        DateTime time => IsoDateTime.ToUtc(time),
        DateTimeOffset time => time.UtcDateTime,
        string text when IsoDateTime.TryParse(text, out DateTime utc) => utc,
        _ => null,
    };

    /// <summary>Whether both are numbers, and equal whatever their types.</summary>
    private static bool AreSameNumber(object value, object received)
    {
        if (Integer(value) is BigInteger integer && Integer(received) is BigInteger other)
            return integer == other;
        if (value is decimal exact && received is decimal otherExact)
            return exact == otherExact;
        return Double(value) is double number && number.Equals(Double(received));
    }

    private static BigInteger? Integer(object value) => value switch
    {
        BigInteger integer => integer,
        sbyte or byte or short or ushort or int or uint or long or ulong =>
            new BigInteger(Convert.ToDecimal(value, CultureInfo.InvariantCulture)),
        _ => null,
    };

    private static double? Double(object value) => value switch
    {
        BigInteger integer => (double)integer,
        sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal =>
            Convert.ToDouble(value, CultureInfo.InvariantCulture),
        _ => null,
    };
}
