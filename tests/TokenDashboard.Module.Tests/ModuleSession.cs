using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace TokenDashboard.Module.Tests;

/// <summary>A runspace of the real engine with the staged module imported, and one place to run scripts in it.</summary>
internal sealed class ModuleSession : IDisposable
{
    // That of StoreValueCompleter, which has the least.
    private static readonly TimeSpan CompletionTime = TimeSpan.FromMilliseconds(150);

    private readonly Runspace _runspace;

    // PowerShell caches its own cmdlets and then its providers without a lock. Of two first sessions at once,
    // one can find only the providers and stay without cmdlets. So one state is made before any session.
    static ModuleSession() => InitialSessionState.CreateDefault2();

    /// <param name="host">Takes what the engine writes to the host, such as -WhatIf texts; null drops it.</param>
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

    /// <summary>The engine's runspace, for what needs it as such (completion, streaming).</summary>
    public Runspace Runspace => _runspace;

    /// <summary>A value the build wrote into this assembly.</summary>
    public static string Metadata(string key) => typeof(ModuleSession).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    /// <summary>Runs a script; <paramref name="variables"/> are set in the session first.</summary>
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

    /// <summary>The texts tab completion offers at the end of <paramref name="line"/>.</summary>
    public IReadOnlyList<string> Complete(string line)
    {
        // A completer ends when its time is over, and then may offer only some: on a busy machine it is asked again.
        for (int time = 1; ; time++)
        {
            var watch = Stopwatch.StartNew();
            using PowerShell shell = PowerShell.Create(_runspace);
            CommandCompletion completion = CommandCompletion.CompleteInput(line, line.Length, null, shell);
            if (watch.Elapsed < CompletionTime || time == 3)
                return [.. completion.CompletionMatches.Select(match => match.CompletionText)];
        }
    }

    public void Dispose() => _runspace.Dispose();

    /// <summary>What a script left in the streams.</summary>
    internal sealed record Result(
        IReadOnlyList<PSObject> Output,
        IReadOnlyList<ErrorRecord> Errors,
        ErrorRecord? Terminating,
        IReadOnlyList<string> Warnings,
        IReadOnlyList<string> Verbose,
        IReadOnlyList<string> Debug,
        IReadOnlyList<string> Information)
    {
        /// <summary>The output, after a check that nothing failed.</summary>
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
