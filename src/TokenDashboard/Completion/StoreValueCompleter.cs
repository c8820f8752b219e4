using System.Management.Automation.Language;

namespace TokenDashboard.Completion;

/// <summary>Offers the users, models, providers and request types of the newest requests in the stores, most frequent first, and the sources of the stores.</summary>
public sealed class StoreValueCompleter() : Completer(Values)
{
    // Enough for several hundred thousand requests, without a noticeable delay at the prompt.
    private static readonly TimeSpan ReadTime = TimeSpan.FromMilliseconds(150);

    // The prompt waits, and a program can lock the whole store for a long time.
    private static readonly TimeSpan LockTime = TimeSpan.FromMilliseconds(500);

    // A longer wait for a server, or for the file of a slow disk, would block the prompt.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // The parameter and its aliases. Bound parameters appear under the name that was typed.
    private static readonly string[] DatabaseNames = ["Database", "Path", "FullName", "PSPath"];

    /// <inheritdoc/>
    public override IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        // In this command, -Path is the report.
        if (commandName == "New-TokenReport")
            fakeBoundParameters.Remove("Path");
        return base.CompleteArgument(commandName, parameterName, wordToComplete, commandAst, fakeBoundParameters);
    }

    private static IEnumerable<(string Text, string ToolTip)> Values(string parameterName, IDictionary boundParameters)
    {
        var session = new SessionState();
        string folder = session.Path.CurrentFileSystemLocation.ProviderPath;
        object? named = DatabaseNames.Select(name => boundParameters[name]).FirstOrDefault(value => value is not null);
        IEnumerable<string>? texts = LanguagePrimitives.ConvertTo<string[]?>(named);
        string[] references = texts is null ? [StoreLocator.FindDefault(folder)]
            : [.. texts.SelectMany(text => TelemetryStores.IsAddress(text) ? [text] : Files(session.Path, text))];
        using var patience = new CancellationTokenSource(Patience);
        return references.Length == 0 ? [] : TelemetryStores.Use(references, (boundParameters["Credential"] as PSCredential)?.GetNetworkCredential(), null, stores => parameterName == "Source"
            ? RecentNames.Sources(stores)
            : RecentNames.Read(stores, Enum.Parse<UsageDimension>(parameterName), ReadTime).Select(value => (value.Text, $"{value.Requests:N0} of the newest requests")), patience.Token, LockTime);
    }

    // As in the command, a file with the literal path takes precedence over wildcards.
    private static IEnumerable<string> Files(PathIntrinsics paths, string text)
    {
        string literal = EscapedPath.Resolve(text, paths.GetUnresolvedProviderPathFromPSPath);
        return File.Exists(literal) || !WildcardPattern.ContainsWildcardCharacters(text) ? [literal] : paths.GetResolvedProviderPathFromPSPath(text, out _).Where(File.Exists);
    }

    private protected override string Quote(string text) => base.Quote(WildcardPattern.Escape(text));
}
