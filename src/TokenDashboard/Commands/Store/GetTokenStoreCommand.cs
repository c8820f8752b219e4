namespace TokenDashboard.Commands;

/// <summary>Gets the contents of stores, and the state of their rollups and prices.</summary>
[Cmdlet(VerbsCommon.Get, "TokenStore", HelpUri = TokenCmdlet.HelpFolder + "Get-TokenStore.md")]
[Alias("gts")]
[OutputType(typeof(TokenStoreInfo))]
public sealed class GetTokenStoreCommand : SingleStoreCmdlet
{
    /// <summary>The credential for ClickHouse. The default comes from the environment variables CLICKHOUSE_USER and CLICKHOUSE_PASSWORD.</summary>
    [Parameter, Credential] public PSCredential? Credential { get; set; }

    private protected override void Process(string store)
    {
        WarnOfPlainPassword(store, Credential?.GetNetworkCredential());
        using ITelemetryStore open = TelemetryStores.Open(store, Credential?.GetNetworkCredential(), Cancellation);
        TokenStoreInfo info = TokenStoreInfo.Read(open, StateOfPrices(open));
        WriteObject(info);
        if (info.Unreadable.Rows > 0)
            WriteWarning($"{info.Database}: {info.Unreadable}");
    }

    private string? StateOfPrices(ITelemetryStore store)
    {
        try
        {
            return TelemetryStores.StateOfPrices(store, PriceFiles.Load());
        }
        catch (TokenDashboardException exception) when (exception.Code is ErrorCode.PriceFileInvalid or ErrorCode.PriceListInvalid or ErrorCode.PriceFileNotFound)
        {
            WriteWarning(exception.Message);
            return "unknown";
        }
    }
}
