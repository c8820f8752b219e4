using System.Management.Automation;
using TokenDashboard.Pricing;
using TokenDashboard.Pricing.Lists;

namespace TokenDashboard.Commands;

/// <summary>What every command shares: Ctrl+C reaches running work as a cancellation, and failures become error records.</summary>
public abstract class TokenCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();

    /// <summary>Cancelled when the user presses Ctrl+C or the pipeline is stopped from elsewhere.</summary>
    private protected CancellationToken Cancellation => _cancellation.Token;

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Guard(Process);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Guard(Finish);

    /// <inheritdoc/>
    protected sealed override void StopProcessing() => _cancellation.Cancel();

    /// <summary>
    /// Writes a line for -Verbose. PowerShell asks before each one where only -Debug was given, and fails where nobody can be asked, so
    /// then there is none.
    /// </summary>
    private protected new void WriteVerbose(string text)
    {
        if (!IsSet("Debug") || IsSet("Verbose"))
            base.WriteVerbose(MessageText.Clean(text));
    }

    private bool IsIgnored => MyInvocation.BoundParameters.TryGetValue("ErrorAction", out object? value) && value is ActionPreference.Ignore;

    private bool IsSet(string name) => MyInvocation.BoundParameters.TryGetValue(name, out object? value) && value is SwitchParameter { IsPresent: true };

    /// <summary>The work for one input object.</summary>
    private protected abstract void Process();

    /// <summary>The work after the last input object.</summary>
    private protected virtual void Finish()
    {
    }

    /// <summary>Whether a failure of one input object ends the command, or is one error record among other results.</summary>
    private protected virtual bool IsTerminating(TokenDashboardException exception) => true;

    /// <summary>Turns the product's failures into error records and lets the engine's own exceptions through.</summary>
    private protected void Guard(Action work)
    {
        try
        {
            work();
        }
        // PowerShell would show a terminating error that is to be ignored.
        catch (TokenDashboardException exception) when (IsTerminating(exception) && !IsIgnored)
        {
            ThrowTerminatingError(exception.ToErrorRecord());
        }
        catch (TokenDashboardException exception)
        {
            WriteError(exception.ToErrorRecord());
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    // What is said may have names and words in it that others chose. Errors are cleaned where their exceptions are made.
    private protected new void WriteWarning(string text) => base.WriteWarning(MessageText.Clean(text));

    private protected new void WriteDebug(string text) => base.WriteDebug(MessageText.Clean(text));

    private protected new bool ShouldProcess(string target, string action) => base.ShouldProcess(MessageText.Clean(target), MessageText.Clean(action));

    private protected new bool ShouldProcess(string description, string question, string caption) =>
        base.ShouldProcess(MessageText.Clean(description), MessageText.Clean(question), caption);

    private protected new bool ShouldProcess(string description, string question, string caption, out ShouldProcessReason reason) =>
        base.ShouldProcess(MessageText.Clean(description), MessageText.Clean(question), caption, out reason);

    /// <summary>The file system path a user's text means, seen from the session's location. The file need not exist.</summary>
    private protected string ResolvePath(string path) => GetUnresolvedProviderPathFromPSPath(path);

    /// <summary>The files a user's path means. One that exists as it is written needs no wildcards; only then are brackets and asterisks read as such.</summary>
    /// <exception cref="TokenDashboardException">There is none: <paramref name="missing"/>.</exception>
    private protected List<string> ResolveFiles(string path, ErrorCode missing)
    {
        string literal = ResolvePath(path);
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
        throw new TokenDashboardException(missing, Directory.Exists(literal) ? $"'{literal}' is a folder. Give the files in it, as in '{System.IO.Path.Combine(path, "*")}'." : $"There is no file '{literal}'.", target: path);
    }

    /// <summary>The prices in force; null where they cannot be read, which is one error and leaves the rest of the work.</summary>
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

    /// <summary>Works on each file that paths mean; a failure with one file is one error record.</summary>
    private protected void EachFile(IEnumerable<string> paths, ErrorCode missing, Action<string> work)
    {
        foreach (string path in paths)
            Guard(() => ResolveFiles(path, missing).ForEach(file => Guard(() => work(file))));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the command holds, also when the pipeline was stopped.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            _cancellation.Dispose();
    }
}
