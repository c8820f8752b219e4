namespace TokenDashboard.Commands;

/// <summary>Checks the table, the file and the rollups of stores.</summary>
[Cmdlet(VerbsDiagnostic.Test, "TokenStore", HelpUri = TokenCmdlet.HelpFolder + "Test-TokenStore.md")]
[OutputType(typeof(TokenStoreCheck), typeof(bool))]
public sealed class TestTokenStoreCommand : SingleStoreCmdlet
{
    private bool? _passed;

    /// <summary>Removes the time limit of the integrity check. Outside WAL mode, the check blocks the application.</summary>
    [Parameter] public SwitchParameter Wait { get; set; }

    /// <summary>Returns only whether no check failed and every store could be checked.</summary>
    [Parameter] public SwitchParameter Quiet { get; set; }

    private protected override void Process(string store)
    {
        string path = TelemetryStores.PathOf(store);
        using var progress = new WorkProgress(this, $"Testing {path}");
        foreach (TokenStoreCheck check in TokenStoreCheck.Run(path, Wait, (done, all) => progress.Show(done, all, "requests"), Cancellation))
        {
            _passed = _passed != false && check.Result != CheckResult.Failed;
            if (!Quiet)
                WriteObject(check);
        }
    }

    private protected override void Finish()
    {
        if (Quiet)
            WriteObject(_passed == true && !Failed);
    }
}
