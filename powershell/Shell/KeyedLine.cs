using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace PSScim.Shell;

/// <summary>
/// Reads a line key by key: typing, Backspace, Escape, the history by the arrows. Console.ReadLine would do for that,
/// but on Unix it can't give up a line on Ctrl+C, nor hide a password.
/// </summary>
/// <param name="history">Earlier lines, to which this one is added; null for none.</param>
/// <param name="secret">True shows an asterisk for each letter.</param>
internal sealed class KeyedLine(List<string>? history, bool secret = false)
{
    private readonly StringBuilder text = new();
    private int past = history?.Count ?? 0;

    internal TypedLine Read()
    {
        bool before = Console.TreatControlCAsInput;
        Console.TreatControlCAsInput = true;
        try
        {
            return ReadKeys();
        }
        finally
        {
            Console.TreatControlCAsInput = before;
        }
    }

    private TypedLine ReadKeys()
    {
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
            if (control && key.Key == ConsoleKey.C)
                return Finish(new TypedLine(null, Cancelled: true));
            if (control && key.Key == (OperatingSystem.IsWindows() ? ConsoleKey.Z : ConsoleKey.D) && text.Length == 0)
                return Finish(new TypedLine(null));
            if (key.Key == ConsoleKey.Enter)
                return Finish(new TypedLine(text.ToString()));
            Edit(key);
        }
    }

    private void Edit(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.Backspace when text.Length > 0:
                Erase(LastElement());
                break;
            case ConsoleKey.Escape:
                Replace("");
                break;
            case ConsoleKey.UpArrow when history is not null && past > 0:
                Replace(history[--past]);
                break;
            case ConsoleKey.DownArrow when history is not null && past < history.Count:
                Replace(++past < history.Count ? history[past] : "");
                break;
            case ConsoleKey.Tab:
                Add("    ");
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                    Add(key.KeyChar.ToString());
                break;
        }
    }

    private TypedLine Finish(TypedLine line)
    {
        Console.Out.WriteLine();
        if (history is not null && !string.IsNullOrWhiteSpace(line.Text) && history.LastOrDefault() != line.Text)
            history.Add(line.Text);
        text.Clear();
        return line;
    }

    private void Add(string typed)
    {
        text.Append(typed);
        Console.Out.Write(Shown(typed));
    }

    private void Replace(string line)
    {
        Erase(text.ToString());
        Add(line);
    }

    /// <summary>Takes an ending off the line and off the screen.</summary>
    private void Erase(string ending)
    {
        text.Length -= ending.Length;
        foreach (char _ in Enumerable.Repeat('\b', CellWidth.Of(Shown(ending))))
            Console.Out.Write("\b \b");
    }

    private string Shown(string typed) => secret ? new string('*', typed.Length) : typed;

    /// <summary>What a person takes for one letter may be several characters.</summary>
    private string LastElement()
    {
        string line = text.ToString();
        return line[StringInfo.ParseCombiningCharacters(line)[^1]..];
    }
}
