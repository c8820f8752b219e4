using System.Management.Automation.Language;

namespace TokenDashboard.Host;

/// <summary>A prompt: reads a command, over several lines where it needs them, runs it, until <c>exit</c> or the end of the input.</summary>
internal sealed class Session(ScriptRunner runner)
{
    private readonly LineReader _lines = new(runner.Complete, runner.Console.RawUI);

    /// <summary>Runs until the user leaves.</summary>
    /// <returns>The code given to <c>exit</c>, else 0.</returns>
    public int Run()
    {
        while (runner.ExitCode is null && ReadCommand() is { } command)
        {
            if (!string.IsNullOrWhiteSpace(command))
            {
                runner.RunText(command, []);
            }
        }
        return runner.ExitCode ?? 0;
    }

    /// <summary>An empty line ends a command that wants more, so that its parse error can be seen.</summary>
    private string? ReadCommand()
    {
        string? command = ReadLine(runner.Prompt());
        while (command is not null && IsIncomplete(command) && ReadLine(">> ") is { Length: > 0 } line)
        {
            command += '\n' + line;
        }
        return command;
    }

    private string? ReadLine(string prompt)
    {
        if (runner.Console.SupportsVirtualTerminal)
        {
            return _lines.Read(prompt);
        }
        Console.Out.Write(prompt);
        return Console.ReadLine();
    }

    private static bool IsIncomplete(string command)
    {
        Parser.ParseInput(command, out _, out ParseError[] errors);
        return errors.Any(error => error.IncompleteInput);
    }
}
