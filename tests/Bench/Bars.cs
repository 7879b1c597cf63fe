using System;
using System.Collections.Generic;
using System.IO;

namespace PSScim.Bench;

/// <summary>What must be reached, and whether it was. A bar that is missed is told and fails nothing: machines differ.</summary>
internal sealed class Bars
{
    private const double Megabyte = 1 << 20;

    private readonly List<string> _lines = [];

    internal void Pages(Row toNull, Row limit, Row psObjects, Row variable, int users)
    {
        AtMost("`Get-ScimUser \\| Out-Null`, times the limit", toNull.TimesOf(limit), 2.0, "×");
        AtLeast("`Get-ScimUser \\| Out-Null`, times faster than (d)", psObjects.TimesOf(toNull), 60, "×");
        AtMost("`$all = Get-ScimUser`, kept a user", variable.Figure(o => (double?)(o.KeptManaged + o.KeptNative) / users / 1024), 1.0, "KB");
    }

    internal void Exports(Row csv, Row lines, Row limit)
    {
        AtMost("`Export-ScimUser users.csv`, times the limit", csv.TimesOf(limit), 2.5, "×");
        AtMost("`Export-ScimUser users.jsonl`, times the limit", lines.TimesOf(limit), 2.5, "×");
    }

    internal void Requests(Row first, Row select)
    {
        AtMost("`Get-ScimUser -First 1`, requests", first.Figure(o => o.Pages), 1, "");
        if (first.HasFigures)
            Tell("`Get-ScimUser -First 1`, time", first.Median * 1000, "ms");
        AtMost("`Get-ScimUser -PageSize 100 \\| Select-Object -First 150`, requests", select.Figure(o => o.Pages), 2, "");
    }

    internal void Starts(Row bare, Row empty, Row module)
    {
        double? over = (module.Median - bare.Median) * 1000;
        AtMost("`Import-Module` in a fresh process, over the bare engine", over, 50, "ms");
        Tell("… the bare engine's process", bare.Median * 1000, "ms");
        Tell("… of it what importing an empty module takes", (empty.Median - bare.Median) * 1000, "ms");
        Tell("… `Import-Module` by a stopwatch inside the process", module.Figure(o => o.Inside) * 1000, "ms");
        Tell("… the same of an empty module", empty.Figure(o => o.Inside) * 1000, "ms");
        AtMost("the native library", new FileInfo(Files.Library).Length / Megabyte, 8, "MB");
    }

    internal void Million(Row million, Row toNull, Row bare, double times)
    {
        AtMost("1,000,000 users: peak memory over the bare engine", (million.Figure(o => o.PeakBytes) - bare.Figure(o => o.PeakBytes)) / Megabyte, 64, "MB");
        if (toNull.HasFigures)
            Tell($"1,000,000 users: time of each, against {times:0.#} times fewer", million.Median / toNull.Median / times, "×");
    }

    internal void Writes((Row One, Row Several) creates, (Row One, Row Several) reads, Row members, int count, Row rows)
    {
        AtLeast("creations, times faster than one after another", creates.One.TimesOf(creates.Several), 7, "×");
        AtLeast("reads by id, times faster than one after another", reads.One.TimesOf(reads.Several), 7, "×");
        AtMost("members added, requests", members.Figure(o => o.Pages), Math.Ceiling(count / 20.0), "");
        if (!rows.HasFigures)
            return;
        Tell("the long run: peak memory after a tenth of the rows", rows.Figure(o => o.EarlyPeakBytes) / Megabyte, "MB");
        Tell("… and after all of them", rows.Figure(o => o.PeakBytes) / Megabyte, "MB");
        Tell("… what is kept of the rows in between", rows.Figure(o => o.KeptPrivate) / Megabyte, "MB");
    }

    internal void Print()
    {
        Console.WriteLine($"{Environment.NewLine}| bar | must reach | measured | |{Environment.NewLine}| --- | --- | --- | --- |");
        foreach (string line in _lines)
            Console.WriteLine(line);
    }

    private void AtMost(string what, double? value, double bar, string unit) => Add(what, value, "at most", bar, unit, value <= bar);

    private void AtLeast(string what, double? value, double bar, string unit) => Add(what, value, "at least", bar, unit, value >= bar);

    private void Add(string what, double? value, string sense, double bar, string unit, bool holds)
    {
        if (value is not null)
            _lines.Add($"| {what} | {sense} {bar:0.#} {unit} | {Table.Number(value)} {unit} | {(holds ? "PASS" : "MISS")} |");
    }

    private void Tell(string what, double? value, string unit) => _lines.Add($"| {what} | | {Table.Number(value)} {unit} | |");
}
