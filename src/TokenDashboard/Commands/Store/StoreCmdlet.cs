using System.Management.Automation;
using TokenDashboard.Engines;
using TokenDashboard.Engines.Sqlite;

namespace TokenDashboard.Commands;

/// <summary>What every command that reads a store shares: which store, and one warning about values that cannot be read.</summary>
public abstract class StoreCmdlet : TokenCmdlet
{
    /// <summary>
    /// The store's database file. Without it: the environment variable TOKENDASHBOARD_DATABASE, else logging.sqlite.database of the
    /// Observicia configuration file (OBSERVICIA_CONFIG_FILE, or observicia_config.yaml in the current folder).
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Path", "FullName", "PSPath")]
    [ValidateNotNullOrEmpty]
    public virtual string? Database { get; set; }

    /// <summary>The store's database file, as Get-ChildItem gives it.</summary>
    [Parameter(ValueFromPipeline = true)]
    public virtual FileSystemInfo? InputObject { get; set; }

    /// <summary>A store that cannot be read is one error; others in the pipeline may still be.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) => !MyInvocation.ExpectingInput;

    /// <summary>Full path of the store that is meant.</summary>
    private protected string StorePath() => InputObject?.FullName
        ?? (Database is null ? StoreLocator.FindDefault(SessionState.Path.CurrentFileSystemLocation.ProviderPath) : ResolvePath(Database));

    private protected TokenStore OpenStore()
    {
        TokenStore store = TokenStore.Open(StorePath(), Cancellation);
        WriteVerbose($"Reading '{store.Path}'.");
        return store;
    }

    private protected void WarnAbout(UnreadableReport unreadable, string path)
    {
        if (unreadable.Rows > 0)
        {
            WriteWarning($"{path}: {unreadable} Get-TokenStore shows the numbers of the whole store.");
        }
        if (unreadable.LacksRemoved)
        {
            WriteWarning(
                $"{path}: requests of this answer were removed by Remove-TokenUsage. Their sums are by whole quarters of an hour, and know no transactions, -PolicyFailed or -MinTokens, so they are left out here, or not exact.");
        }
    }
}
