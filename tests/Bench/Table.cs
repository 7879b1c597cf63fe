using System;
using System.Globalization;

namespace PSScim.Bench;

/// <summary>The table of rows, in Markdown.</summary>
internal static class Table
{
    private const double Megabyte = 1 << 20;

    internal static void Pages(Row[] rows, Row limit, int users)
    {
        Console.WriteLine("| what | median s | min | max | × limit | CPU s | kept a user, KB: managed + native | process grew by, MB | peak MB | requests |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (Row row in rows)
        {
            if (!row.HasFigures)
            {
                Console.WriteLine($"| {row.Name} | {row.Failure ?? "not run"} | | | | | | | | |");
                continue;
            }
            string kept = row.Figure(o => o.KeptManaged) is { } managed && row.Figure(o => o.KeptNative) is { } native
                ? $"{Number(managed / users / 1024)} + {Number(native / users / 1024)}"
                : "";
            Console.WriteLine($"| {row.Name} | {Number(row.Median, 3)} | {Number(row.Minimum, 3)} | {Number(row.Maximum, 3)} | {Number(row.TimesOf(limit))} | {Number(row.Figure(o => o.CpuSeconds), 3)} "
                + $"| {kept} | {Number(row.Figure(o => o.KeptPrivate) / Megabyte, 0)} | {Number(row.Figure(o => o.PeakBytes) / Megabyte, 0)} | {Number(row.Figure(o => o.Pages), 0)} |");
        }
    }

    internal static void Writes(Row[] rows)
    {
        Console.WriteLine("| what | median s | min | max | CPU s | peak MB | requests |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (Row row in rows)
            Console.WriteLine(row.HasFigures
                ? $"| {row.Name} | {Number(row.Median, 3)} | {Number(row.Minimum, 3)} | {Number(row.Maximum, 3)} | {Number(row.Figure(o => o.CpuSeconds), 3)} | {Number(row.Figure(o => o.PeakBytes) / Megabyte, 0)} | {Number(row.Figure(o => o.Pages), 0)} |"
                : $"| {row.Name} | {row.Failure ?? "not run"} | | | | | |");
    }

    internal static string Number(double? value, int decimals = 2) =>
        value?.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) ?? "";
}
