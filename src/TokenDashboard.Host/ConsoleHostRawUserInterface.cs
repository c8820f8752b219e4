using System.Globalization;
using System.Management.Automation.Host;

namespace TokenDashboard.Host;

/// <summary>The terminal's size, colours and keys. Without a terminal only the width means anything: it is where tables break.</summary>
internal sealed class ConsoleHostRawUserInterface : PSHostRawUserInterface
{
    /// <summary>What pwsh assumes where there is no terminal to ask.</summary>
    private static readonly Size DefaultSize = new(80, 40);

    public override Size BufferSize
    {
        get => Console.IsOutputRedirected ? RedirectedSize() : OnTerminal(() => new Size(Console.BufferWidth, Console.BufferHeight));
        set => throw Unsupported();
    }

    public override Size WindowSize
    {
        get => Console.IsOutputRedirected ? RedirectedSize() : OnTerminal(() => new Size(Console.WindowWidth, Console.WindowHeight));
        set => throw Unsupported();
    }

    public override Size MaxWindowSize => WindowSize;

    public override Size MaxPhysicalWindowSize => WindowSize;

    public override Coordinates CursorPosition
    {
        get => Console.IsOutputRedirected ? default : new Coordinates(Console.CursorLeft, Console.CursorTop);
        set
        {
            if (!Console.IsOutputRedirected)
            {
                Console.SetCursorPosition(value.X, value.Y);
            }
        }
    }

    public override Coordinates WindowPosition
    {
        get => default;
        set => throw Unsupported();
    }

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

    /// <summary>In percent of a cell; terminals do not tell.</summary>
    public override int CursorSize
    {
        get => 25;
        set => throw Unsupported();
    }

    public override string WindowTitle { get; set; } = "";

    public override bool KeyAvailable => !Console.IsInputRedirected && Console.KeyAvailable;

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        NonInteractive.ThrowIfNoTerminal("a key");
        ConsoleKeyInfo key = Console.ReadKey(intercept: options.HasFlag(ReadKeyOptions.NoEcho));
        return new KeyInfo((int)key.Key, key.KeyChar, ControlKeys(key.Modifiers), keyDown: true);
    }

    public override void FlushInputBuffer()
    {
        while (KeyAvailable)
        {
            Console.ReadKey(intercept: true);
        }
    }

    /// <summary>Clear-Host asks for this with a rectangle of -1; other fills need a screen buffer that terminals do not have.</summary>
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
        if (rectangle is not { Left: -1, Top: -1, Right: -1, Bottom: -1 })
        {
            throw Unsupported();
        }
        if (!Console.IsOutputRedirected)
        {
            Console.Clear();
        }
    }

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw Unsupported();

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw Unsupported();

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw Unsupported();

    /// <summary>Two cells for the wide characters of East Asia (Unicode TR11, classes W and F of the basic plane), so that tables with such names stay aligned.</summary>
    public override int LengthInBufferCells(char source) => source switch
    {
        < '\u1100' => 1,
        <= '\u115F' or (>= '\u2E80' and <= '\uA4CF' and not '\u303F') or (>= '\uAC00' and <= '\uD7A3')
            or (>= '\uF900' and <= '\uFAFF') or (>= '\uFE30' and <= '\uFE4F') or (>= '\uFF00' and <= '\uFF60') or (>= '\uFFE0' and <= '\uFFE6') => 2,
        _ => 1,
    };

    public override int LengthInBufferCells(string source) => source.Sum(LengthInBufferCells);

    public override int LengthInBufferCells(string source, int offset) => LengthInBufferCells(source[offset..]);

    /// <summary>A log has no width of its own; COLUMNS lets a user ask for wider tables.</summary>
    private static Size RedirectedSize() =>
        int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out int columns) && columns > 0
            ? DefaultSize with { Width = columns }
            : DefaultSize;

    private static Size OnTerminal(Func<Size> read) => read() is { Width: > 0, Height: > 0 } size ? size : DefaultSize;

    private static ControlKeyStates ControlKeys(ConsoleModifiers modifiers) =>
        (modifiers.HasFlag(ConsoleModifiers.Shift) ? ControlKeyStates.ShiftPressed : 0)
        | (modifiers.HasFlag(ConsoleModifiers.Alt) ? ControlKeyStates.LeftAltPressed : 0)
        | (modifiers.HasFlag(ConsoleModifiers.Control) ? ControlKeyStates.LeftCtrlPressed : 0);

    private static NotSupportedException Unsupported() => new("tokendash cannot change the terminal's window or read its screen.");
}
