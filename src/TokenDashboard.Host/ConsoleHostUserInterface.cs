using System.Management.Automation;
using System.Management.Automation.Host;

namespace TokenDashboard.Host;

/// <summary>
/// What the engine writes: objects to standard output, everything said about the work (errors, warnings, verbose, debug, progress)
/// to standard error, so that a pipe or file receives results only. Colour goes to terminals only.
/// </summary>
internal sealed partial class ConsoleHostUserInterface : PSHostUserInterface
{
    private readonly ProgressLine _progress = new();

    public ConsoleHostUserInterface()
    {
        string? terminal = Environment.GetEnvironmentVariable("TERM");
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) || terminal is "dumb" or "xterm-mono")
        {
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
        }
        SupportsVirtualTerminal = terminal != "dumb" && VirtualTerminal.TryEnable();
    }

    /// <summary>Whether what is written as output is the text of an error.</summary>
    public bool OutputIsError { get; set; }

    public override PSHostRawUserInterface RawUI { get; } = new ConsoleHostRawUserInterface();

    public override bool SupportsVirtualTerminal { get; }

    /// <summary>Whether the program that read this one's output has gone.</summary>
    public bool ReaderHasGone { get; private set; }

    public override void Write(string value) => WriteOutput(value);

    public override void WriteLine(string value)
    {
        if (OutputIsError)
        {
            WriteErrorLine(value);
        }
        else
        {
            WriteOutput(value + Environment.NewLine);
        }
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
    {
        if (Console.IsOutputRedirected || PSStyle.Instance.OutputRendering == OutputRendering.PlainText)
        {
            Write(value);
            return;
        }
        Console.ForegroundColor = foregroundColor;
        Console.BackgroundColor = backgroundColor;
        try
        {
            Write(value);
        }
        finally
        {
            Console.ResetColor();
        }
    }

    public override void WriteErrorLine(string value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return;
        }
        _progress.Clear();
        Console.Error.WriteLine(Render(value, Console.IsErrorRedirected));
    }

    public override void WriteWarningLine(string message) => WriteMessage(FormatStyle.Warning, "WARNING", message);

    public override void WriteVerboseLine(string message) => WriteMessage(FormatStyle.Verbose, "VERBOSE", message);

    public override void WriteDebugLine(string message) => WriteMessage(FormatStyle.Debug, "DEBUG", message);

    public override void WriteProgress(long sourceId, ProgressRecord record) => _progress.Show(record);

    private void WriteMessage(FormatStyle style, string kind, string message) =>
        WriteErrorLine($"{GetFormatStyleString(style)}{kind}: {message}{GetFormatStyleString(FormatStyle.Reset)}");

    private void WriteOutput(string text)
    {
        _progress.Clear();
        try
        {
            Console.Out.Write(Render(text, Console.IsOutputRedirected));
        }
        catch (IOException exception) when (RedirectedStreams.ReaderHasGone(exception))
        {
            ReaderHasGone = true;
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Takes the escape sequences out where no terminal would show them, unless the user asked for them with $PSStyle.OutputRendering = 'Ansi'.</summary>
    private string Render(string value, bool redirected) =>
        redirected && PSStyle.Instance.OutputRendering == OutputRendering.Ansi ? value : GetOutputString(value, SupportsVirtualTerminal && !redirected);
}
