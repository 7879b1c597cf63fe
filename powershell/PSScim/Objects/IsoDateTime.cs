using System;

namespace PSScim;

/// <summary>
/// A date and time as XML Schema's dateTime and RFC 3339 write it (RFC 7643 section 2.3.5). Nothing else passes: a text
/// that is merely like a date is not to be guessed at.
/// </summary>
internal static class IsoDateTime
{
    private const int DigitsOfTicks = 7;

    /// <summary>Reads a text as an instant in UTC; without an offset it counts as UTC, and so does a date alone.</summary>
    internal static bool TryParse(string text, out DateTime utc)
    {
        utc = default;
        int at = 0;
        if (!Number(text, ref at, 4, out int year) || !Mark(text, ref at, '-')
            || !Number(text, ref at, 2, out int month) || !Mark(text, ref at, '-')
            || !Number(text, ref at, 2, out int day))
            return false;
        int hour = 0, minute = 0, second = 0;
        long fraction = 0, offset = 0;
        if (at < text.Length)
        {
            if (!(Mark(text, ref at, 'T') || Mark(text, ref at, 't') || Mark(text, ref at, ' '))
                || !Number(text, ref at, 2, out hour) || !Mark(text, ref at, ':') || !Number(text, ref at, 2, out minute))
                return false;
            if (Mark(text, ref at, ':') && (!Number(text, ref at, 2, out second) || !Fraction(text, ref at, out fraction)))
                return false;
            if (!Offset(text, ref at, out offset) || at < text.Length)
                return false;
        }
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 24 || minute > 59 || second > 59)
            return false;
        // 24:00:00, the end of a day, is the beginning of the next.
        bool isEnd = hour == 24;
        if (isEnd && (minute > 0 || second > 0 || fraction > 0))
            return false;
        long ticks = new DateTime(year, month, day, isEnd ? 0 : hour, minute, second).Ticks + fraction - offset;
        if (isEnd)
            ticks += TimeSpan.TicksPerDay;
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
            return false;
        utc = new DateTime(ticks, DateTimeKind.Utc);
        return true;
    }

    /// <summary>
    /// A date of PowerShell's as UTC. One of unspecified kind, such as <c>[datetime]'2026-02-01'</c>, means that calendar day
    /// everywhere, and is taken as UTC; one with a zone, such as <c>Get-Date</c> gives, is converted.
    /// </summary>
    internal static DateTime ToUtc(DateTime time) =>
        time.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(time, DateTimeKind.Utc) : time.ToUniversalTime();

    /// <summary>Ticks behind the point; digits finer than a tick fall away.</summary>
    private static bool Fraction(string text, ref int at, out long ticks)
    {
        ticks = 0;
        if (!Mark(text, ref at, '.'))
            return true;
        int start = at;
        for (; at < text.Length && text[at] is >= '0' and <= '9'; at++)
            if (at - start < DigitsOfTicks)
                ticks = (ticks * 10) + (text[at] - '0');
        for (int digits = at - start; digits < DigitsOfTicks; digits++)
            ticks *= 10;
        return at > start;
    }

    /// <summary>Ticks by which the clock is ahead of UTC: Z, +02:00, +0200, +02, or nothing.</summary>
    private static bool Offset(string text, ref int at, out long ticks)
    {
        ticks = 0;
        if (at == text.Length || Mark(text, ref at, 'Z') || Mark(text, ref at, 'z'))
            return true;
        bool isBehind = Mark(text, ref at, '-');
        if ((!isBehind && !Mark(text, ref at, '+')) || !Number(text, ref at, 2, out int hours))
            return false;
        int minutes = 0;
        if ((Mark(text, ref at, ':') || at < text.Length) && !Number(text, ref at, 2, out minutes))
            return false;
        ticks = (isBehind ? -1 : 1) * ((hours * TimeSpan.TicksPerHour) + (minutes * TimeSpan.TicksPerMinute));
        return hours < 24 && minutes < 60;
    }

    private static bool Mark(string text, ref int at, char mark)
    {
        if (at >= text.Length || text[at] != mark)
            return false;
        at++;
        return true;
    }

    private static bool Number(string text, ref int at, int digits, out int number)
    {
        number = 0;
        if (text.Length - at < digits)
            return false;
        for (int end = at + digits; at < end; at++)
        {
            if (text[at] is < '0' or > '9')
                return false;
            number = (number * 10) + (text[at] - '0');
        }
        return true;
    }
}
