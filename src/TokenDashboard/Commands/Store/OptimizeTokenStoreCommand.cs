using TokenDashboard.Engines.Sqlite.Maintenance;

namespace TokenDashboard.Commands;

/// <summary>Builds and refreshes the rollups of stores, which make queries fast, and sets the journal mode.</summary>
[Cmdlet(VerbsCommon.Optimize, "TokenStore", SupportsShouldProcess = true, HelpUri = TokenCmdlet.HelpFolder + "Optimize-TokenStore.md")]
[OutputType(typeof(TokenStoreOptimization))]
public sealed class OptimizeTokenStoreCommand : SingleStoreCmdlet
{
    /// <summary>Sets SQLite's journal mode, for every program that opens the store. In WAL mode, writers and readers do not wait for each other.</summary>
    [Parameter, ChoiceTransformation] public JournalMode JournalMode { get; set; }

    /// <summary>Compares all rollups with the requests, and rebuilds the rollups that differ.</summary>
    [Parameter] public SwitchParameter Verify { get; set; }

    /// <summary>Rebuilds all rollups, except those of removed requests.</summary>
    [Parameter] public SwitchParameter Rebuild { get; set; }

    /// <summary>Replaces rollups of another version of this module even if they contain removed requests, whose usage is then lost.</summary>
    [Parameter] public SwitchParameter Force { get; set; }

    private protected override void Process(string store)
    {
        string path = TelemetryStores.PathOf(store);
        // A file that is not a store is an error with -WhatIf, too.
        TelemetryStores.Open(path, Cancellation).Dispose();
        bool setsMode = MyInvocation.BoundParameters.ContainsKey(nameof(JournalMode));
        if (!ShouldProcess(path, $"Create or refresh rollups in the tables tokendash_rollup* and the prices in tokendash_price{(setsMode ? $", and set the journal mode {JournalMode}" : "")}"))
            return;
        using var progress = new WorkProgress(this, $"Optimizing {path}");
        using var optimizer = new StoreOptimizer(path, Cancellation, Force);
        if (Rebuild)
            optimizer.Clear();
        long added = optimizer.Refresh((done, all) => progress.Show(done, all, "requests"));
        if (Verify)
            optimizer.Verify((done, all) => progress.Show(done, all, "requests compared"));
        // If the price list has errors, the rollups are refreshed anyway.
        if (LoadPrices() is { } prices)
            optimizer.WritePrices(prices);
        if (setsMode)
        {
            optimizer.SetJournalMode(JournalMode);
            if (JournalMode == JournalMode.Wal)
                WriteWarning($"'{path}' is now in WAL mode. All accounts that read it, including Grafana's, need write access to its folder. The file must not be on a network share.");
        }
        progress.Dispose();
        WriteVerbose($"'{path}': longest lock {optimizer.LongestLock.TotalMilliseconds:0} ms.");
        WriteObject(optimizer.Describe(added));
    }
}
