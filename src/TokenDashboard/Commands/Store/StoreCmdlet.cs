using System.Net;

namespace TokenDashboard.Commands;

/// <summary>The base class of commands that read stores. It resolves the stores, and warns of unreadable values.</summary>
public abstract class StoreCmdlet : TokenCmdlet
{
    /// <summary>
    /// The stores: database files, where wildcards are permitted, and addresses such as clickhouse://host:8123/database. The default is the
    /// environment variable TOKENDASHBOARD_DATABASE, then logging.sqlite.database of the Observicia configuration file (OBSERVICIA_CONFIG_FILE,
    /// or observicia_config.yaml in the current folder).
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("Path", "FullName", "PSPath"), ValidateNotNullOrEmpty, SupportsWildcards]
    public virtual string[]? Database { get; set; }

    /// <summary>The database file of the store, from Get-ChildItem.</summary>
    [Parameter(ValueFromPipeline = true)] public virtual FileSystemInfo? InputObject { get; set; }

    /// <summary>A store that cannot be read is one error record. The command continues with the next store.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) => !MyInvocation.ExpectingInput;

    private protected virtual IReadOnlyList<string> StoreReferences() => InputObject is not null ? [InputObject.FullName]
        : Database is null ? [FindStore()]
        : [.. Database.SelectMany(References)];

    /// <summary>The credential for a server; null for the user of the environment variables.</summary>
    private protected virtual NetworkCredential? Login => null;

    /// <summary>How long a read waits for the lock of another process; null for the default.</summary>
    private protected virtual TimeSpan? LockTime => null;

    /// <summary>Opens the stores with the selected sources, or all stores, runs work on them with their names for messages, and closes them.</summary>
    private protected void UseStores(Func<string, bool>? isChosen, Action<IReadOnlyList<ITelemetryStore>, string> work)
    {
        IReadOnlyList<string> references = StoreReferences();
        foreach (string reference in references)
            WarnOfPlainPassword(reference, Login);
        TelemetryStores.Use(references, Login, isChosen, stores =>
        {
            string name = string.Join(", ", stores.Select(store => store.Name));
            WriteVerbose($"Reading '{name}'.");
            if (stores.Count > 1)
                WarnOfSameSources(stores);
            work(stores, name);
            return true;
        }, Cancellation, LockTime);
    }

    private void WarnOfSameSources(IReadOnlyList<ITelemetryStore> stores)
    {
        foreach (IGrouping<string, string> source in TelemetryStores.SharedSources(stores))
        {
            string warning = $"The source '{source.Key}' is in several stores ({string.Join(", ", source)}). Its requests are added together, and requests that are in several of them count "
                + "more than once. To avoid this, query these stores separately.";
            if (SessionWarnings.Add(warning))
                WriteWarning(warning);
        }
    }

    private protected void WarnAbout(UnreadableReport unreadable, string store)
    {
        if (unreadable.Rows > 0)
            WriteWarning($"{store}: {unreadable} Get-TokenStore shows the numbers of the whole store.");
        if (unreadable.LacksRemoved)
            WriteWarning($"{store}: {UnreadableReport.RemovedText}");
    }

    private protected IEnumerable<string> References(string text) => TelemetryStores.IsAddress(text) || !WildcardPattern.ContainsWildcardCharacters(text)
        ? [ResolveStore(text)]
        : ResolveFiles(text, ErrorCode.StoreNotFound);
}
