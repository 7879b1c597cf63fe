using System;
using System.Management.Automation;
using System.Threading;

namespace PSScim.Shell;

/// <summary>Write-Progress as one line at the bottom, drawn over itself, on a terminal only.</summary>
internal sealed class ProgressLine(Terminal terminal)
{
    /// <summary>Ten lines a second are all that an eye can use.</summary>
    private const int MillisecondsBetweenDraws = 100;

    private readonly Lock gate = new();
    private int drawnCells;
    private long lastDraw = long.MinValue / 2;

    internal void Show(ProgressRecord record)
    {
        if (terminal.OutputRedirected)
            return;
        if (record.RecordType == ProgressRecordType.Completed)
            Clear();
        else if (Environment.TickCount64 - lastDraw >= MillisecondsBetweenDraws)
            Draw(Cut(Describe(record), terminal.Width - 1));
    }

    /// <summary>Takes the line away, so that other text can be written there.</summary>
    internal void Clear()
    {
        lock (gate)
        {
            if (drawnCells == 0)
                return;
            Console.Out.Write("\r" + new string(' ', drawnCells) + "\r");
            drawnCells = 0;
            lastDraw = long.MinValue / 2;
        }
    }

    private void Draw(string line)
    {
        lock (gate)
        {
            int cells = CellWidth.Of(line);
            Console.Out.Write("\r" + line + new string(' ', Math.Max(0, drawnCells - cells)));
            drawnCells = Math.Max(cells, drawnCells);
            lastDraw = Environment.TickCount64;
        }
    }

    private static string Describe(ProgressRecord record)
    {
        string percent = record.PercentComplete >= 0 ? $" {record.PercentComplete} %" : "";
        string left = record.SecondsRemaining >= 0 ? $", {TimeSpan.FromSeconds(record.SecondsRemaining):c} left" : "";
        string operation = string.IsNullOrEmpty(record.CurrentOperation) ? "" : $" ({record.CurrentOperation})";
        return $"{record.Activity}: {record.StatusDescription}{operation}{percent}{left}".ReplaceLineEndings(" ");
    }

    private static string Cut(string line, int cells)
    {
        int used = 0;
        for (int at = 0; at < line.Length; at++)
        {
            used += CellWidth.Of(line[at]);
            if (used > cells)
                return line[..(char.IsLowSurrogate(line[at]) ? at - 1 : at)];
        }
        return line;
    }
}
