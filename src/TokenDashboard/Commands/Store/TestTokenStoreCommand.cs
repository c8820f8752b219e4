using TokenDashboard.Engines.Sqlite.Maintenance;

namespace TokenDashboard.Commands;

/// <summary>Checks the table, the file and the rollups of stores.</summary>
[Cmdlet(VerbsDiagnostic.Test, "TokenStore", HelpUri = TokenCmdlet.HelpFolder + "Test-TokenStore.md")]
[OutputType(typeof(TokenStoreCheck), typeof(bool))]
public sealed class TestTokenStoreCommand : SingleStoreCmdlet
{
    /// <summary>Removes the time limit of the integrity check. Outside WAL mode, the check blocks the application.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Returns only whether all checks succeeded.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override void Process(string store)
    {
        string path = TelemetryStores.PathOf(store);
        using var progress = new WorkProgress(this, $"Testing {path}");
        bool passed = true;
        foreach (TokenStoreCheck check in TokenStoreCheck.Run(path, Wait, (done, all) => progress.Show(done, all, "requests compared"), Cancellation))
        {
            passed &= check.Result != CheckResult.Failed;
            if (!Quiet)
                WriteObject(check);
        }
        if (Quiet)
            WriteObject(passed);
    }
}
