using System.Management.Automation;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Formatting;

namespace TokenDashboard.Commands;

/// <summary>Builds and refreshes the sums that make answers fast, and sets the journal mode.</summary>
[Cmdlet(VerbsCommon.Optimize, "TokenStore", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Optimize-TokenStore.md")]
[OutputType(typeof(TokenStoreOptimization))]
public sealed class OptimizeTokenStoreCommand : StoreCmdlet
{
    /// <summary>The store's database file. Without it, the one every command reads.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Path", "FullName", "PSPath")]
    [ValidateNotNullOrEmpty]
    public override string? Database { get; set; }

    /// <summary>Sets SQLite's journal mode, for every program that opens the store. In WAL mode writers and readers do not wait for one another.</summary>
    [Parameter]
    public JournalMode JournalMode { get; set; }

    /// <summary>Compares all sums with the requests, and computes anew those that differ.</summary>
    [Parameter]
    public SwitchParameter Verify { get; set; }

    /// <summary>Throws the sums away, except those of removed requests, and builds them anew.</summary>
    [Parameter]
    public SwitchParameter Rebuild { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        string path = StorePath();
        bool setsMode = MyInvocation.BoundParameters.ContainsKey(nameof(JournalMode));
        if (!ShouldProcess(path, $"Build or refresh the sums in the tables tokendash_rollup*{(setsMode ? $", and set the journal mode {JournalMode}" : "")}"))
        {
            return;
        }
        using var progress = new WorkProgress(this, $"Optimizing {path}");
        using var optimizer = new StoreOptimizer(path, Cancellation);
        if (Rebuild)
        {
            optimizer.Clear();
        }
        long added = optimizer.Refresh((done, all) => progress.Show(done, all, "requests"));
        if (Verify)
        {
            optimizer.Verify((done, all) => progress.Show(done, all, "days compared"));
        }
        if (setsMode)
        {
            optimizer.SetJournalMode(JournalMode);
            if (JournalMode == JournalMode.Wal)
            {
                WriteWarning($"'{path}' is in WAL mode now: every account that reads it, Grafana's included, must be allowed to write its folder, and the file must not lie on a network share.");
            }
        }
        progress.Dispose();
        WriteVerbose($"'{path}': longest lock {optimizer.LongestLock.TotalMilliseconds:0} ms.");
        WriteObject(optimizer.Describe(added));
    }
}
