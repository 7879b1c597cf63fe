using System;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace PSScim.Shell;

/// <summary>
/// The console as a grid of cells, as far as there is one everywhere: sizes, cursor, keys, clearing. Reading cells back
/// exists on Windows alone, and nothing here needs it.
/// </summary>
internal sealed class ConsoleRawUI(Terminal terminal) : PSHostRawUserInterface
{
    private string title = "";

    public override ConsoleColor ForegroundColor
    {
        get => Console.ForegroundColor;
        set => Console.ForegroundColor = value;
    }

    public override ConsoleColor BackgroundColor
    {
        get => Console.BackgroundColor;
        set => Console.BackgroundColor = value;
    }

    public override Size BufferSize
    {
        get => WindowSize;
        set => throw Unsupported();
    }

    public override Size WindowSize
    {
        get => new(terminal.Width, terminal.Height);
        set => throw Unsupported();
    }

    public override Size MaxWindowSize => WindowSize;

    public override Size MaxPhysicalWindowSize => WindowSize;

    /// <summary>Where output goes to a file there is no cursor: it stands at the origin.</summary>
    public override Coordinates CursorPosition
    {
        get
        {
            if (terminal.OutputRedirected || terminal.InputRedirected)
                return default;
            (int left, int top) = Console.GetCursorPosition();
            return new Coordinates(left, top);
        }
        set => Console.SetCursorPosition(value.X, value.Y);
    }

    public override Coordinates WindowPosition
    {
        get => default;
        set => throw Unsupported();
    }

    public override int CursorSize
    {
        get => OperatingSystem.IsWindows() ? Console.CursorSize : 100;
        set
        {
            if (!OperatingSystem.IsWindows())
                throw Unsupported();
            Console.CursorSize = value;
        }
    }

    public override string WindowTitle
    {
        get => OperatingSystem.IsWindows() && !terminal.OutputRedirected ? Console.Title : title;
        set
        {
            title = value;
            if (!terminal.OutputRedirected)
                Console.Title = value;
        }
    }

    public override bool KeyAvailable => terminal.Interactive && Console.KeyAvailable;

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        terminal.DemandInteractive();
        ConsoleKeyInfo key = Console.ReadKey(intercept: options.HasFlag(ReadKeyOptions.NoEcho));
        ControlKeyStates state = default;
        if (key.Modifiers.HasFlag(ConsoleModifiers.Shift))
            state |= ControlKeyStates.ShiftPressed;
        if (key.Modifiers.HasFlag(ConsoleModifiers.Alt))
            state |= ControlKeyStates.LeftAltPressed;
        if (key.Modifiers.HasFlag(ConsoleModifiers.Control))
            state |= ControlKeyStates.LeftCtrlPressed;
        // Consoles other than Windows' tell of a key going down only.
        return new KeyInfo((int)key.Key, key.KeyChar, state, keyDown: true);
    }

    public override void FlushInputBuffer()
    {
        while (KeyAvailable)
            Console.ReadKey(intercept: true);
    }

    /// <summary>
    /// The whole screen, which Clear-Host asks for by a rectangle of -1, can be cleared; no other part filled.
    /// </summary>
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
        if (rectangle is not { Left: -1, Top: -1, Right: -1, Bottom: -1 })
            throw Unsupported();
        if (!terminal.OutputRedirected)
            Console.Clear();
    }

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw Unsupported();

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw Unsupported();

    public override void ScrollBufferContents(
        Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw Unsupported();

    public override int LengthInBufferCells(string source) => CellWidth.Of(source);

    public override int LengthInBufferCells(string source, int offset) => CellWidth.Of(source[offset..]);

    public override int LengthInBufferCells(char source) => CellWidth.Of(source);

    private static PSNotSupportedException Unsupported() => new("This console has no such screen buffer.");
}
