using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Management.Automation;
using System.Text;

namespace PSScim.Shell;

/// <summary>A line from the person: null text at the end of the input, cancelled by Ctrl+C.</summary>
internal readonly record struct TypedLine(string? Text, bool Cancelled = false);

/// <summary>What the console can do, and the reading from it.</summary>
internal sealed class Terminal(bool nonInteractive)
{
    private const int FallbackWidth = 120;
    private const int FallbackHeight = 50;

    /// <summary>
    /// Not Console.In: on Windows that has the console's code page even when it reads a file or a pipe.
    /// </summary>
    private readonly Lazy<TextReader> redirected =
        new(() => new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false)));

    /// <summary>Raised when Ctrl+C is read as a key, while a command waits for an answer.</summary>
    internal event Action? CancelRequested;

    internal bool InputRedirected { get; } = Console.IsInputRedirected;

    internal bool OutputRedirected { get; } = Console.IsOutputRedirected;

    internal bool ErrorRedirected { get; } = Console.IsErrorRedirected;

    /// <summary>True when a person can be asked.</summary>
    internal bool Interactive => !nonInteractive && !InputRedirected;

    /// <summary>True when standard output is a terminal that understands escape sequences.</summary>
    internal bool SupportsEscapes { get; } = !Console.IsOutputRedirected && EscapeSequences.TryEnable();

    /// <summary>Columns; where there is no terminal COLUMNS tells, or else 120.</summary>
    internal int Width => SizeOf(() => Console.WindowWidth)
        ?? (int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture,
            out int columns) && columns > 0 ? columns : FallbackWidth);

    internal int Height => SizeOf(() => Console.WindowHeight) ?? FallbackHeight;

    /// <exception cref="PSInvalidOperationException">Nobody can be asked; the words are pwsh's.</exception>
    internal void DemandInteractive()
    {
        if (!Interactive)
        {
            throw new PSInvalidOperationException(
                "PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.");
        }
    }

    /// <summary>A line of commands, from wherever standard input comes.</summary>
    internal TypedLine ReadLine(List<string> history) =>
        InputRedirected ? new TypedLine(redirected.Value.ReadLine()) : new KeyedLine(history).Read();

    /// <summary>An answer to a command that waits. Ctrl+C stops that command.</summary>
    internal string ReadAnswer(bool secret = false)
    {
        DemandInteractive();
        TypedLine line = new KeyedLine(history: null, secret).Read();
        if (line.Text is null)
            StopCommand();
        return line.Text!;
    }

    /// <summary>Stops the command that waits for an answer.</summary>
    internal void StopCommand()
    {
        CancelRequested?.Invoke();
        throw new PipelineStoppedException();
    }

    private int? SizeOf(Func<int> measure)
    {
        if (OutputRedirected)
            return null;
        try
        {
            return measure() is > 0 and int size ? size : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
