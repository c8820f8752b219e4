using System.Management.Automation;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Formatting;

namespace TokenDashboard.Commands;

/// <summary>Checks a store: its table, its file, and that its sums are those of the requests.</summary>
[Cmdlet(VerbsDiagnostic.Test, "TokenStore", HelpUri = HelpPage.Folder + "Test-TokenStore.md")]
[OutputType(typeof(TokenStoreCheck), typeof(bool))]
public sealed class TestTokenStoreCommand : StoreCmdlet
{
    /// <summary>The store's database file. Without it, the one every command reads.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Path", "FullName", "PSPath")]
    [ValidateNotNullOrEmpty]
    public override string? Database { get; set; }

    /// <summary>Gives the check of the file all the time it takes. Outside WAL mode the application cannot write meanwhile.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Gives true or false: whether nothing failed.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        using TokenStore store = OpenStore();
        using var progress = new WorkProgress(this, $"Testing {store.Path}");
        bool passed = true;
        foreach (TokenStoreCheck check in TokenStoreCheck.Run(store, Wait, (done, all) => progress.Show(done, all, "days compared")))
        {
            passed &= check.Result != CheckResult.Failed;
            if (!Quiet)
            {
                WriteObject(check);
            }
        }
        if (Quiet)
        {
            WriteObject(passed);
        }
    }
}
