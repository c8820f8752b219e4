using System.Collections;
using System.Management.Automation;
using TokenDashboard.Engines;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Usage;

namespace TokenDashboard.Completion;

/// <summary>Offers the users, models, providers and request types of the store at hand, those of the newest requests, most frequent first.</summary>
public sealed class StoreValueCompleter : Completer
{
    // Long enough for some hundred thousand requests, short enough not to be felt at the prompt.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(150);

    // The parameter and its aliases: what is bound appears under the name that was typed.
    private static readonly string[] DatabaseNames = ["Database", "Path", "FullName", "PSPath"];

    private protected override IEnumerable<(string Text, string ToolTip)> Values(string parameterName, IDictionary boundParameters)
    {
        var session = new SessionState();
        string folder = session.Path.CurrentFileSystemLocation.ProviderPath;
        string? named = DatabaseNames.Select(name => boundParameters[name]?.ToString()).FirstOrDefault(text => text is not null);
        string path = named is null ? StoreLocator.FindDefault(folder) : session.Path.GetUnresolvedProviderPathFromPSPath(named);
        using TokenStore store = TokenStore.Open(path, CancellationToken.None);
        return RecentValues.Read(store, Enum.Parse<UsageDimension>(parameterName), Patience)
            .Select(value => (value.Text, $"{value.Requests:N0} of the newest requests"));
    }

    private protected override string Quote(string text) => base.Quote(WildcardPattern.Escape(text));
}
