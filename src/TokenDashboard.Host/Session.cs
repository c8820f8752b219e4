using System.Management.Automation.Language;

namespace TokenDashboard.Host;

/// <summary>A prompt: reads a command, over several lines where it needs them, runs it, until <c>exit</c> or the end of the input.</summary>
internal sealed class Session(ScriptRunner runner)
{
    /// <summary>Runs until the user leaves.</summary>
    /// <returns>The code given to <c>exit</c>, else 0.</returns>
    public int Run()
    {
        while (runner.ExitCode is null && ReadCommand() is { } command)
        {
            if (!string.IsNullOrWhiteSpace(command))
            {
                runner.RunText(command);
            }
        }
        return runner.ExitCode ?? 0;
    }

    private string? ReadCommand()
    {
        Console.Write(runner.Prompt());
        string? command = Console.ReadLine();
        while (command is not null && IsIncomplete(command))
        {
            Console.Write(">> ");
            string? line = Console.ReadLine();
            if (string.IsNullOrEmpty(line))
            {
                break;
            }
            command += '\n' + line;
        }
        return command;
    }

    private static bool IsIncomplete(string command)
    {
        Parser.ParseInput(command, out _, out ParseError[] errors);
        return errors.Any(error => error.IncompleteInput);
    }
}
