using System.Management.Automation;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Maintenance;

namespace TokenDashboard.Commands;

/// <summary>Says what is in a store: how much, from when until when, of whom, in which state.</summary>
[Cmdlet(VerbsCommon.Get, "TokenStore", HelpUri = HelpPage.Folder + "Get-TokenStore.md")]
[OutputType(typeof(TokenStoreInfo))]
public sealed class GetTokenStoreCommand : StoreCmdlet
{
    /// <summary>The store's database file. Without it, the one every command reads.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Path", "FullName", "PSPath")]
    [ValidateNotNullOrEmpty]
    public override string? Database { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        using TokenStore store = OpenStore();
        TokenStoreInfo info = TokenStoreInfo.Read(store);
        WriteObject(info);
        if (info.Unreadable.Rows > 0)
        {
            WriteWarning($"{info.Database}: {info.Unreadable}");
        }
    }
}
