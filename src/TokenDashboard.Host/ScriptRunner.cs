using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Reflection;
using Microsoft.PowerShell;

namespace TokenDashboard.Host;

/// <summary>One runspace of the engine with the module imported, and the one way commands run in it.</summary>
internal sealed class ScriptRunner : IDisposable
{
    /// <summary>What a shell reports of a program that a broken pipe ended.</summary>
    private const int ReaderGone = 141;

    private readonly ConsoleHost _host = new();
    private readonly Runspace _runspace;
    private readonly Lock _gate = new();
    private PowerShell? _running;

    /// <summary>Opens the engine.</summary>
    /// <param name="modulesPath">The folder that holds the module's folder.</param>
    /// <exception cref="DirectoryNotFoundException">The module is not there.</exception>
    /// <exception cref="RuntimeException">The module cannot be imported.</exception>
    public ScriptRunner(string modulesPath)
    {
        string module = Path.Combine(modulesPath, "TokenDashboard");
        if (!Directory.Exists(module))
        {
            throw new DirectoryNotFoundException($"The module is missing: there is no folder {module}. Install or build tokendash again.");
        }
        Environment.SetEnvironmentVariable(
            "PSModulePath",
            string.Join(Path.PathSeparator, new[] { modulesPath, Environment.GetEnvironmentVariable("PSModulePath") }.Where(path => !string.IsNullOrEmpty(path))));
        InitialSessionState state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            // Who names a script on this command line wants it to run; the machine's policy guards against scripts run by accident.
            state.ExecutionPolicy = ExecutionPolicy.Bypass;
        }
        state.ThreadOptions = PSThreadOptions.UseCurrentThread;
        state.ThrowOnRunspaceOpenError = true;
        state.ImportPSModule(module);
        _runspace = RunspaceFactory.CreateRunspace(_host, state);
        _runspace.Open();
    }

    /// <summary>The code a script gave to <c>exit</c>, or null while none has.</summary>
    public int? ExitCode => _host.ExitCode;

    /// <summary>This process's console.</summary>
    public ConsoleHostUserInterface Console => _host.Console;

    /// <summary>Runs a script file.</summary>
    /// <returns>0, 1 after an error, or the script's own exit code.</returns>
    public int RunFile(string path, IReadOnlyList<CommandParameter> arguments)
    {
        // Only the engine's own suffix makes a file a script by name; a script with a #! line may have none.
        if (!path.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase))
        {
            try
            {
                return RunText(File.ReadAllText(path), arguments);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Report(new ErrorRecord(exception, "ScriptUnreadable", ErrorCategory.ReadError, path));
                return 1;
            }
        }
        using var shell = PowerShell.Create(_runspace);
        shell.AddCommand(Path.GetFullPath(path), useLocalScope: false);
        LetExitEndTheHost();
        return Run(shell, arguments);
    }

    /// <summary>Runs commands given as text.</summary>
    /// <returns>0, 1 after an error, or the exit code the text asked for.</returns>
    public int RunText(string text, IReadOnlyList<CommandParameter> arguments)
    {
        // The engine's own report of text that ends too early lacks the position, which its error view cannot do without.
        Parser.ParseInput(text, out _, out ParseError[] errors);
        if (errors.Length > 0)
        {
            Report(new ParseException(errors).ErrorRecord);
            return 1;
        }
        using var shell = PowerShell.Create(_runspace);
        shell.AddScript(text, useLocalScope: false);
        return Run(shell, arguments);
    }

    /// <summary>Evaluates the user's prompt function; a broken one must not lock the user out.</summary>
    public string Prompt()
    {
        using var shell = PowerShell.Create(_runspace);
        try
        {
            return string.Concat(shell.AddCommand("prompt").Invoke());
        }
        catch (RuntimeException)
        {
            return "PS> ";
        }
    }

    /// <summary>What could stand at the cursor of a text.</summary>
    public CommandCompletion Complete(string text, int cursor)
    {
        using var shell = PowerShell.Create(_runspace);
        return CommandCompletion.CompleteInput(text, cursor, null, shell);
    }

    /// <summary>Stops what runs, from any thread, so that commands can clean up.</summary>
    /// <returns>False when nothing runs, or it has been told before.</returns>
    public bool Stop()
    {
        lock (_gate)
        {
            PowerShell? running = _running;
            _running = null;
            running?.BeginStop(null, null);
            return running is not null;
        }
    }

    public void Dispose() => _runspace.Dispose();

    private int Run(PowerShell shell, IReadOnlyList<CommandParameter> arguments)
    {
        foreach (CommandParameter argument in arguments)
        {
            shell.Commands.Commands[0].Parameters.Add(argument);
        }
        // As at a prompt: output and errors are formatted together, in the order in which they come.
        shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.AddCommand("Out-Default");
        lock (_gate)
        {
            _running = shell;
        }
        try
        {
            // The engine keeps $? after a pipeline only when the pipeline is part of the history.
            shell.Invoke(null, new PSInvocationSettings { AddToHistory = true });
        }
        catch (Exception exception) when (exception is PipelineStoppedException or InvalidPowerShellStateException)
        {
            // Stopped, or told to stop before it began. Why is known to whoever stopped it.
            return 1;
        }
        catch (RuntimeException exception)
        {
            Report(exception.ErrorRecord);
            return ExitCode ?? 1;
        }
        finally
        {
            lock (_gate)
            {
                _running = null;
            }
        }
        return Console.ReaderHasGone ? ReaderGone : ExitCode ?? (_runspace.SessionStateProxy.GetVariable("?") is true ? 0 : 1);
    }

    /// <summary>Shows the error that ended a script. Writing it with a command would replace its position by that command's.</summary>
    private void Report(ErrorRecord record)
    {
        using var shell = PowerShell.Create(_runspace);
        shell.AddCommand("Out-Default");
        _host.Console.OutputIsError = true;
        try
        {
            shell.Invoke(new[] { record });
        }
        finally
        {
            _host.Console.OutputIsError = false;
        }
    }

    /// <summary>
    /// Lets <c>exit</c> in the next script file reach <see cref="ConsoleHost.SetShouldExit"/>. The engine keeps this switch of pwsh's to itself,
    /// and without it nothing tells an exit code from one that a native program left in $LASTEXITCODE.
    /// </summary>
    private void LetExitEndTheHost()
    {
        const BindingFlags Internal = BindingFlags.Instance | BindingFlags.NonPublic;
        object context = typeof(Runspace).GetProperty("ExecutionContext", Internal)!.GetValue(_runspace)!;
        context.GetType().GetProperty("ScriptCommandProcessorShouldRethrowExit", Internal)!.SetValue(context, true);
    }
}
