using System.Management.Automation.Runspaces;

namespace TokenDashboard.Host;

/// <summary>What the command line asks for.</summary>
internal enum Request
{
    /// <summary>A prompt on a terminal; the script on standard input when that is redirected.</summary>
    Session,

    /// <summary>A script file with its arguments.</summary>
    File,

    /// <summary>The text on the command line.</summary>
    Command,

    /// <summary>The script on standard input.</summary>
    StandardInput,

    /// <summary>The version, then the end.</summary>
    Version,

    /// <summary>The usage, then the end.</summary>
    Help,
}

/// <summary>The command line, understood.</summary>
/// <param name="Request">What to do.</param>
/// <param name="Text">The script's path, or the commands to run.</param>
/// <param name="ScriptArguments">What follows the script's path, as the engine binds it.</param>
/// <param name="NoLogo">Whether a session starts without its banner.</param>
internal sealed record Arguments(Request Request, string Text, IReadOnlyList<CommandParameter> ScriptArguments, bool NoLogo)
{
    public const string Usage = """
        Usage: tokendash [-NoLogo] [[-File] SCRIPT [ARGUMENT...]]
               tokendash [-NoLogo] -Command TEXT | -
               tokendash -Version | -Help

          -File SCRIPT   Runs a script file. Arguments: values, -Name value, -Switch, -Name:value.
          -Command TEXT  Runs the rest of the command line as commands; "-" runs what standard input holds.
          -NoLogo        Starts a session without its banner.
          -Version       Prints the versions of tokendash and of its PowerShell engine.
          -Help          Prints this text.

        Without a script or command: a session on a terminal, else the script on standard input.
        Options can be shortened to any beginning, such as -f. Exit codes: 0, 1 after an error, 64 for a wrong
        command line, 130 and 143 when interrupted or terminated, or what the script's exit says.
        """;

    private static readonly string[] Options = ["File", "Command", "NoLogo", "Version", "Help"];

    /// <summary>Reads a command line.</summary>
    /// <exception cref="UsageException">The command line makes no sense; the message says where.</exception>
    public static Arguments Parse(IReadOnlyList<string> arguments)
    {
        bool noLogo = false;
        for (int index = 0; index < arguments.Count; index++)
        {
            string argument = arguments[index];
            string[] rest = [.. arguments.Skip(index + 1)];
            if (argument == "-")
            {
                return Commands([argument], noLogo);
            }
            if (!argument.StartsWith('-'))
            {
                return Script([argument, .. rest], noLogo);
            }
            switch (OptionOf(argument))
            {
                case "NoLogo":
                    noLogo = true;
                    break;
                case "File":
                    return Script(rest, noLogo);
                case "Command":
                    return Commands(rest, noLogo);
                case "Version":
                    return new Arguments(Request.Version, "", [], noLogo);
                default:
                    return new Arguments(Request.Help, "", [], noLogo);
            }
        }
        return new Arguments(Request.Session, "", [], noLogo);
    }

    private static string OptionOf(string argument)
    {
        string name = argument.StartsWith("--", StringComparison.Ordinal) ? argument[2..] : argument[1..];
        // The options' first letters differ, so every beginning is unambiguous.
        return name is "?" ? "Help"
            : name.Length > 0 && Array.Find(Options, option => option.StartsWith(name, StringComparison.OrdinalIgnoreCase)) is { } found ? found
            : throw new UsageException($"tokendash has no option '{argument}'.");
    }

    private static Arguments Script(string[] words, bool noLogo) =>
        words.Length == 0 || words[0].Length == 0 ? throw new UsageException("-File needs the path of a script.")
        : words[0] == "-" ? Commands(words, noLogo)
        : new Arguments(Request.File, words[0], ParametersOf(words.AsSpan(1)), noLogo);

    private static Arguments Commands(string[] words, bool noLogo) => words switch
    {
        [] => throw new UsageException("-Command needs the commands to run, or - for standard input."),
        ["-"] => new Arguments(Request.StandardInput, "", [], noLogo),
        _ => new Arguments(Request.Command, string.Join(' ', words), [], noLogo),
    };

    /// <summary>As pwsh -File passes them on: every value is a string, but -Switch:true and -Switch:$false are Booleans.</summary>
    private static List<CommandParameter> ParametersOf(ReadOnlySpan<string> words)
    {
        var parameters = new List<CommandParameter>();
        string? awaitingValue = null;
        foreach (string word in words)
        {
            if (awaitingValue is not null)
            {
                parameters.Add(new CommandParameter(awaitingValue, word));
                awaitingValue = null;
            }
            else if (word.Length < 2 || word[0] != '-')
            {
                parameters.Add(new CommandParameter(null, word));
            }
            else if (word.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0)
            {
                string name = word[..colon];
                string value = word[(colon + 1)..];
                if (value.Length == 0)
                {
                    awaitingValue = name;
                }
                else
                {
                    parameters.Add(new CommandParameter(name, bool.TryParse(value.TrimStart('$'), out bool truth) ? truth : value));
                }
            }
            else
            {
                parameters.Add(new CommandParameter(word));
            }
        }
        if (awaitingValue is not null)
        {
            parameters.Add(new CommandParameter(awaitingValue));
        }
        return parameters;
    }
}
