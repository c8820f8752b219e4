namespace TokenDashboard.Commands;

/// <summary>The base class of all commands. Ctrl+C cancels running work, and failures become error records.</summary>
public abstract class TokenCmdlet : PSCmdlet, IDisposable
{
    /// <summary>The web folder of the command pages, for <c>Get-Help -Online</c>. It is below the manifest's ProjectUri.</summary>
    internal const string HelpFolder = "https://github.com/TokenDashboard/TokenDashboard/blob/main/docs/commands/";

    private readonly CancellationTokenSource _cancellation = new();
    private readonly List<IDisposable> _kept = [];

    /// <summary>Canceled when the user presses Ctrl+C or another thread stops the pipeline.</summary>
    private protected CancellationToken Cancellation => _cancellation.Token;

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Guard(Process);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Guard(Finish);

    /// <inheritdoc/>
    protected sealed override void StopProcessing() => _cancellation.Cancel();

    /// <summary>
    /// Writes a line for -Verbose. With only -Debug, PowerShell prompts before each line, and fails in a non-interactive session. Therefore,
    /// no line is written in that case.
    /// </summary>
    private protected new void WriteVerbose(string text)
    {
        if (!IsSet("Debug") || IsSet("Verbose"))
            base.WriteVerbose(MessageText.Clean(text));
    }

    /// <summary>Whether any work has failed.</summary>
    private protected bool Failed { get; private set; }

    private bool IsIgnored => MyInvocation.BoundParameters.TryGetValue("ErrorAction", out object? value) && value is ActionPreference.Ignore;

    private bool IsSet(string name) => MyInvocation.BoundParameters.TryGetValue(name, out object? value) && value is SwitchParameter { IsPresent: true };

    /// <summary>The work for one input object.</summary>
    private protected abstract void Process();

    /// <summary>The work after the last input object.</summary>
    private protected virtual void Finish()
    {
    }

    /// <summary>Whether a failure of one input object ends the command. If not, it is one error record among other results.</summary>
    private protected virtual bool IsTerminating(TokenDashboardException exception) => true;

    /// <summary>Converts failures of this module to error records. Exceptions of PowerShell's engine are not caught.</summary>
    private protected void Guard(Action work)
    {
        try
        {
            work();
        }
        // PowerShell validates a pattern only when it matches it.
        catch (Exception exception) when (exception is TokenDashboardException or WildcardPatternException)
        {
            TokenDashboardException failure = exception as TokenDashboardException ?? new TokenDashboardException(
                ErrorCode.PatternInvalid, $"{exception.Message.TrimEnd('.')}. A bracket is not closed, or a set in brackets is empty. To match a bracket, write `[.", exception);
            Failed = true;
            // PowerShell would show a terminating error even with ErrorAction Ignore.
            if (IsTerminating(failure) && !IsIgnored)
                ThrowTerminatingError(failure.ToErrorRecord());
            else
                WriteError(failure.ToErrorRecord());
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    // The text may contain untrusted names. Errors are cleaned where their exceptions are created.
    private protected new virtual void WriteWarning(string text) => base.WriteWarning(MessageText.Clean(text));

    private protected new void WriteDebug(string text) => base.WriteDebug(MessageText.Clean(text));

    private protected new bool ShouldProcess(string target, string action) => base.ShouldProcess(MessageText.Clean(target), MessageText.Clean(action));

    private protected new bool ShouldProcess(string description, string question, string caption) =>
        base.ShouldProcess(MessageText.Clean(description), MessageText.Clean(question), caption);

    private protected new bool ShouldProcess(string description, string question, string caption, out ShouldProcessReason reason) =>
        base.ShouldProcess(MessageText.Clean(description), MessageText.Clean(question), caption, out reason);

    /// <summary>Resolves a path from the session's location in the file system. The file need not exist.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.PathInvalid"/>, or another code: the drive or provider does not exist, or has no files.</exception>
    private protected string ResolvePath(string path, ErrorCode problem = ErrorCode.PathInvalid) =>
        EscapedPath.Resolve(path, text => ResolveLiteral(text, problem));

    private string ResolveLiteral(string path, ErrorCode problem)
    {
        try
        {
            string resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            if (provider.Name == "FileSystem")
                return resolved;
            // A relative path, and the current location is in a drive without files.
            if (!SessionState.Path.IsPSAbsolute(path, out _) && !path.Contains("::", StringComparison.Ordinal))
                return System.IO.Path.GetFullPath(path, SessionState.Path.CurrentFileSystemLocation.ProviderPath);
        }
        catch (SessionStateException)
        {
            // Reported below.
        }
        throw new TokenDashboardException(problem, $"'{path}' is not a path of the file system. Check its drive. A colon in a file name needs ./ before the name.", target: path);
    }

    /// <summary>The default store: a path or an address.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.StoreNotSpecified"/>, or the configuration cannot be read.</exception>
    private protected string FindStore() => StoreLocator.FindDefault(SessionState.Path.CurrentFileSystemLocation.ProviderPath);

    /// <summary>Resolves a path as <see cref="ResolvePath"/> does. Returns an address unchanged.</summary>
    private protected string ResolveStore(string text) => TelemetryStores.IsAddress(text) ? text : ResolvePath(text);

    /// <summary>Resolves a path to files. If a file with the literal path exists, brackets and asterisks are not wildcards.</summary>
    /// <exception cref="TokenDashboardException">No file matches: <paramref name="missing"/>.</exception>
    private protected List<string> ResolveFiles(string path, ErrorCode missing)
    {
        // The message of PowerShell would repeat a whole file.
        if (DefinitionInput.IsContent(path))
            throw new TokenDashboardException(missing, "The value is JSON or the text of an object, but a file path is expected. Use the path of the file.");
        string literal = ResolvePath(path, missing);
        if (File.Exists(literal))
            return [literal];
        if (WildcardPattern.ContainsWildcardCharacters(path))
        {
            try
            {
                List<string> files = [.. GetResolvedProviderPathFromPSPath(path, out _).Where(File.Exists)];
                if (files.Count > 0)
                    return files;
            }
            catch (ItemNotFoundException)
            {
                // Reported below.
            }
        }
        string problem = Directory.Exists(literal) ? $"'{literal}' is a folder. Specify its files, as in '{System.IO.Path.Combine(path, "*")}'."
            : WildcardPattern.ContainsWildcardCharacters(path) ? $"No file matches the pattern '{literal}'."
            : $"The file '{literal}' does not exist.";
        throw new TokenDashboardException(missing, problem, target: path);
    }

    /// <summary>Warns, once for each server in a session, if the password for an address is sent unencrypted to another computer.</summary>
    private protected void WarnOfPlainPassword(string reference, System.Net.NetworkCredential? credential)
    {
        if (TelemetryStores.PlainPasswordWarning(reference, credential) is { } warning && SessionWarnings.Add(warning))
            WriteWarning(warning);
    }

    /// <summary>The current prices; null if they cannot be read, which is one error record.</summary>
    private protected PriceList? LoadPrices()
    {
        try
        {
            return PriceFiles.Load();
        }
        catch (TokenDashboardException exception)
        {
            WriteError(exception.ToErrorRecord());
            return null;
        }
    }

    /// <summary>Processes each file of the paths. A failure with one file is one error record.</summary>
    private protected void EachFile(IEnumerable<string> paths, ErrorCode missing, Action<string> work)
    {
        foreach (string path in paths)
            Guard(() => ResolveFiles(path, missing).ForEach(file => Guard(() => work(file))));
    }

    /// <summary>Keeps a resource until the command ends, and disposes it even if the pipeline is stopped.</summary>
    private protected T Keep<T>(T resource)
        where T : IDisposable
    {
        _kept.Add(resource);
        return resource;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _kept.ForEach(resource => resource.Dispose());
        _cancellation.Dispose();
        GC.SuppressFinalize(this);
    }
}
