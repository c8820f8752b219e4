using TokenDashboard.Engines.ClickHouse.Sync;

namespace TokenDashboard.Commands;

/// <summary>Copies the requests of stores to ClickHouse incrementally.</summary>
[Cmdlet(VerbsData.Sync, "TokenStore", SupportsShouldProcess = true, HelpUri = TokenCmdlet.HelpFolder + "Sync-TokenStore.md")]
[OutputType(typeof(TokenStoreSyncResult))]
public sealed class SyncTokenStoreCommand : SingleStoreCmdlet
{
    private readonly HashSet<string> _sources = [];
    private PriceList? _prices;

    /// <summary>The address of ClickHouse: clickhouse://host:8123/database, with ?secure=true for an encrypted connection. It must not contain a password.</summary>
    [Parameter(Mandatory = true, Position = 0), ValidateNotNullOrEmpty]
    public string Target { get; set; } = "";

    /// <summary>The source that identifies the requests of this store. The default consists of the names of the computer and of the file.</summary>
    [Parameter, ValidateNotNullOrEmpty] public string? Source { get; set; }

    /// <summary>The credential for ClickHouse. The default comes from the environment variables CLICKHOUSE_USER and CLICKHOUSE_PASSWORD.</summary>
    [Parameter, Credential] public PSCredential? Credential { get; set; }

    /// <summary>The cluster on whose servers the tables are created. Without it, the tables are created on one server.</summary>
    [Parameter, ValidateNotNullOrEmpty] public string? Cluster { get; set; }

    /// <summary>The number of requests in a batch.</summary>
    [Parameter, ValidateRange(1, TokenStoreSync.MostBatchRows)] public int BatchRows { get; set; } = 100_000;

    /// <summary>Sends and compares only requests from this time on: an ISO time, a length of time ago (90d) or a word ('this month').</summary>
    [Parameter, TimeExpressionTransformation, ArgumentCompleter(typeof(TimeExpressionCompleter))]
    public TimeExpression? Since { get; set; }

    /// <summary>Updates or removes requests in ClickHouse that were changed or removed in the store after they were sent.</summary>
    [Parameter] public SwitchParameter Repair { get; set; }

    /// <summary>Compares only the newest million of the requests that were sent before, instead of all.</summary>
    [Parameter] public SwitchParameter SkipCheck { get; set; }

    // No store can be sent to a target that cannot be reached.
    private protected override bool IsTerminating(TokenDashboardException exception) => base.IsTerminating(exception)
        || exception.Code is ErrorCode.StoreAddressInvalid or ErrorCode.StoreUnreachable or ErrorCode.StoreUnauthorized or ErrorCode.StoreTlsFailed;

    private protected override void Process(string store)
    {
        string path = TelemetryStores.PathOf(store);
        var options = new TokenStoreSyncOptions
        {
            Source = Source ?? TokenStoreSync.DefaultSourceOf(path),
            Credential = Credential?.GetNetworkCredential(),
            Cluster = Cluster,
            BatchRows = BatchRows,
            Since = Since?.ToInstant(DateTimeOffset.UtcNow, TimeZoneInfo.Local),
            Repair = Repair,
            SkipCheck = SkipCheck,
            Prices = _prices ??= LoadPrices(),
        };
        if (!_sources.Add(options.Source))
        {
            throw new TokenDashboardException(
                ErrorCode.StoreSourceConflict,
                $"'{path}' has the same source '{options.Source}' as another store, and would replace the requests of that store. Sync the stores separately, with -Source.", target: path);
        }
        WarnOfPlainPassword(Target, options.Credential);
        using var sync = new TokenStoreSync(path, Target, options, Cancellation);
        // All actions are shown, even if the user declines the first one.
        bool isWanted = true;
        foreach (string action in sync.CreateStatements.Append($"Send the requests of '{path}' as those of the source '{options.Source}'"))
            isWanted &= ShouldProcess(sync.Target, action);
        if (!isWanted)
            return;
        sync.CreateTable();
        Write(sync);
    }

    private void Write(TokenStoreSync sync)
    {
        using var progress = new WorkProgress(this, $"Comparing and sending requests to {sync.Target}");
        TokenStoreSyncResult result = sync.Run(count => progress.Show(null, _ => string.Create(CultureInfo.CurrentCulture, $"{count:N0} requests")));
        progress.Dispose();
        if (result.IsOtherStore && !Repair)
            WriteWarning(
                $"'{result.Database}' appears to be a different file from the one whose requests were sent as '{result.Source}': its largest row id is smaller, "
                    + "and the newest of these requests are missing. Nothing was sent. If it is a different file, specify another -Source. If the store is correct, use -Repair, "
                    + $"which removes the missing requests from {sync.Target}.");
        if (result.Repaired == 0 && result.Changed + result.Removed > 0)
            WriteWarning(string.Create(
                CultureInfo.InvariantCulture,
                $"'{result.Database}': {result.Changed:N0} requests were changed and {result.Removed:N0} removed after they were sent. {sync.Target} has the old versions; use -Repair."));
        if (result.NotSendable > 0)
            WriteWarning(string.Create(
                CultureInfo.InvariantCulture, $"'{result.Database}': {result.NotSendable:N0} requests were removed by Remove-TokenUsage before they were sent. Their rollups cannot be sent."));
        WriteObject(result);
    }
}
