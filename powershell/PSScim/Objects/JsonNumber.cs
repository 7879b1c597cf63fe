using System;
using System.Globalization;
using System.Numerics;

namespace PSScim;

/// <summary>A JSON number that is no 64-bit integer: as text on the wire, as the .NET number that keeps most of it.</summary>
internal static class JsonNumber
{
    /// <summary>A double holds this many decimal digits, whatever they are.</summary>
    private const int DigitsOfDouble = 15;

    /// <summary>Whether a text is a number by RFC 8259 section 6.</summary>
    internal static bool IsOne(string text)
    {
        int at = text.StartsWith("-", StringComparison.Ordinal) ? 1 : 0;
        int start = at;
        if (!Digits(text, ref at) || (text[start] == '0' && at > start + 1))
            return false;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            if (!Digits(text, ref at))
                return false;
        }
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            at++;
            if (at < text.Length && text[at] is '+' or '-')
                at++;
            if (!Digits(text, ref at))
                return false;
        }
        return at == text.Length;
    }

    /// <summary>
    /// A <see cref="BigInteger"/> for an integer; else a double, or a decimal where only that has all the digits. What
    /// no number holds stays text.
    /// </summary>
    internal static object Read(string text)
    {
        if (text.IndexOfAny(['.', 'e', 'E']) < 0)
        {
            if (text == "-0")
                return -0.0;
            return text.Length <= Limits.IntegerDigits ? BigInteger.Parse(text, CultureInfo.InvariantCulture) : text;
        }
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || double.IsInfinity(number))
            return text;
        if (text.Length <= DigitsOfDouble || text.IndexOfAny(['e', 'E']) >= 0)
            return number;
        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal exact)
            && exact.ToString(CultureInfo.InvariantCulture) == text && !SameAs(number, exact) ? exact : number;
    }

    private static bool SameAs(double number, decimal exact) =>
        decimal.TryParse(number.ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal same)
        && same == exact;

    private static bool Digits(string text, ref int at)
    {
        int start = at;
        while (at < text.Length && text[at] is >= '0' and <= '9')
            at++;
        return at > start;
    }
}
