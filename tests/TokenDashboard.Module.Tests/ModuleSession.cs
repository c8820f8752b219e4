using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace TokenDashboard.Module.Tests;

/// <summary>A runspace of the real engine that has imported the staged module, with methods to run scripts in it.</summary>
internal sealed class ModuleSession : IDisposable
{
    // The time limit of StoreValueCompleter, the shortest of all completers.
    private static readonly TimeSpan CompletionTimeLimit = TimeSpan.FromMilliseconds(150);

    private readonly Runspace _runspace;

    // PowerShell caches its own cmdlets and then its providers without a lock. If the first two sessions start at once,
    // one can find only the providers and lack all cmdlets. Creating a state before any session prevents this.
    static ModuleSession() => InitialSessionState.CreateDefault2();

    /// <param name="host">Receives what the engine writes to the host, such as -WhatIf messages; null discards it.</param>
    public ModuleSession(PSHost? host = null)
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ThrowOnRunspaceOpenError = true;
        state.ImportPSModule(ModulePath);
        _runspace = host is null ? RunspaceFactory.CreateRunspace(state) : RunspaceFactory.CreateRunspace(host, state);
        _runspace.Open();
    }

    /// <summary>The staged module's folder.</summary>
    public static string ModulePath { get; } = Metadata("ModuleDirectory").TrimEnd('/');

    /// <summary>The repository's root folder.</summary>
    public static string RepositoryPath { get; } = Metadata("RepositoryDirectory").TrimEnd('/', '\\');

    /// <summary>The runspace, for tests that need direct access.</summary>
    public Runspace Runspace => _runspace;

    /// <summary>A value the build wrote into this assembly.</summary>
    public static string Metadata(string key) => typeof(ModuleSession).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    /// <summary>Sets <paramref name="variables"/> in the session and runs a script.</summary>
    public Result Run(string script, params (string Name, object? Value)[] variables)
    {
        foreach ((string name, object? value) in variables)
            _runspace.SessionStateProxy.SetVariable(name, value);
        using PowerShell shell = PowerShell.Create(_runspace);
        shell.AddScript(script);
        var output = new List<PSObject>();
        ErrorRecord? terminating = null;
        try
        {
            shell.Invoke(null, output);
        }
        catch (RuntimeException exception)
        {
            terminating = exception.ErrorRecord;
        }
        return new Result(
            output,
            [.. shell.Streams.Error],
            terminating,
            [.. shell.Streams.Warning.Select(record => record.Message)],
            [.. shell.Streams.Verbose.Select(record => record.Message)],
            [.. shell.Streams.Debug.Select(record => record.Message)],
            [.. shell.Streams.Information.Select(record => record.MessageData?.ToString() ?? "")]);
    }

    /// <summary>Returns the texts that tab completion offers at the end of <paramref name="line"/>.</summary>
    public IReadOnlyList<string> Complete(string line)
    {
        // A completer stops at its time limit and can return partial results, so try again on a busy machine.
        for (int attempt = 1; ; attempt++)
        {
            var watch = Stopwatch.StartNew();
            using PowerShell shell = PowerShell.Create(_runspace);
            CommandCompletion completion = CommandCompletion.CompleteInput(line, line.Length, null, shell);
            if (watch.Elapsed < CompletionTimeLimit || attempt == 3)
                return [.. completion.CompletionMatches.Select(match => match.CompletionText)];
        }
    }

    public void Dispose() => _runspace.Dispose();

    /// <summary>The output of a script in all streams.</summary>
    internal sealed record Result(
        IReadOnlyList<PSObject> Output,
        IReadOnlyList<ErrorRecord> Errors,
        ErrorRecord? Terminating,
        IReadOnlyList<string> Warnings,
        IReadOnlyList<string> Verbose,
        IReadOnlyList<string> Debug,
        IReadOnlyList<string> Information)
    {
        /// <summary>Returns the output after asserting that nothing failed.</summary>
        public IReadOnlyList<PSObject> Succeeded()
        {
            Assert.Null(Terminating?.ToString());
            Assert.Empty(Errors.Select(record => record.ToString()));
            return Output;
        }

        /// <summary>The ErrorId of the terminating error or of the only error, without the command's name.</summary>
        public string ErrorId => (Terminating ?? Assert.Single(Errors)).FullyQualifiedErrorId.Split(',')[0];
    }
}
