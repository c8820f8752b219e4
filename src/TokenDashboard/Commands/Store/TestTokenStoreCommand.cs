using System.Management.Automation;
using TokenDashboard.Engines;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Formatting;

namespace TokenDashboard.Commands;

/// <summary>Tests stores: the table, the file, and that the rollups are those of the requests.</summary>
[Cmdlet(VerbsDiagnostic.Test, "TokenStore", HelpUri = HelpPage.Folder + "Test-TokenStore.md")]
[OutputType(typeof(TokenStoreCheck), typeof(bool))]
public sealed class TestTokenStoreCommand : SingleStoreCmdlet
{
    /// <summary>Gives the check of the file all the time it takes. Outside WAL mode the application cannot write meanwhile.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Gives true or false: whether nothing failed.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    private protected override void Process(string store)
    {
        using TokenStore open = TokenStore.Open(TelemetryStores.PathOf(store), Cancellation);
        using var progress = new WorkProgress(this, $"Testing {open.Path}");
        bool passed = true;
        foreach (TokenStoreCheck check in TokenStoreCheck.Run(open, Wait, (done, all) => progress.Show(done, all, "days compared")))
        {
            passed &= check.Result != CheckResult.Failed;
            if (!Quiet)
                WriteObject(check);
        }
        if (Quiet)
            WriteObject(passed);
    }
}
