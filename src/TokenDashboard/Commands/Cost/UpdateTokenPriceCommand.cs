using TokenDashboard.Engines.Sqlite.Maintenance;

namespace TokenDashboard.Commands;

/// <summary>Installs a newer price list from a file or an address, and shows the differences.</summary>
[Cmdlet(VerbsData.Update, "TokenPrice", DefaultParameterSetName = "Database", SupportsShouldProcess = true, HelpUri = TokenCmdlet.HelpFolder + "Update-TokenPrice.md")]
[OutputType(typeof(PriceChange))]
public sealed class UpdateTokenPriceCommand : TokenCmdlet
{
    /// <summary>The file: the JSON of genai-prices, or a price list that this module wrote.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath"), ValidateNotNullOrEmpty, PipedTextTransformation(IsPath = true)]
    public string Path { get; set; } = "";

    /// <summary>The address of the list.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Url"), ValidateNotNull, AddressTransformation]
    public Uri? Url { get; set; }

    /// <summary>Stores in which to refresh the prices for panels and alert rules. Without a list, the current prices are used. Wildcards are permitted.</summary>
    [Parameter(ParameterSetName = "Path")]
    [Parameter(ParameterSetName = "Url")]
    [Parameter(Mandatory = true, ParameterSetName = "Database", ValueFromPipelineByPropertyName = true), ValidateNotNullOrEmpty, SupportsWildcards]
    public string[]? Database { get; set; }

    /// <summary>A store that cannot be written is one error record. The list is still installed, and other stores are still updated.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) => !exception.IsAbout("Store");

    private protected override void Process()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        PriceListUpdate? update = ParameterSetName switch
        {
            "Path" => PriceListUpdate.OfFile(ResolvePath(Path), now),
            "Url" => PriceListUpdate.OfUrl(Url!, now, Cancellation),
            _ => null,
        };
        if (update is { CurrentModels: > 0 } && update.RemovedModels * 2 > update.CurrentModels)
        {
            WriteWarning(string.Create(
                CultureInfo.InvariantCulture,
                $"The list removes {update.RemovedModels:N0} of the {update.CurrentModels:N0} models of the current list. Requests to a removed model have no cost. "
                    + $"To return to the included list, remove '{PriceFiles.ListPath}'."));
        }
        if (update is { IsNew: false })
            WriteVerbose("The list is identical to the current list.");
        else if (update is not null && ShouldProcess(PriceFiles.ListPath, $"Write a price list with {update.Changes.Count} changes"))
            update.Keep();
        foreach (string database in Database ?? [])
            Guard(() => EachFile([TelemetryStores.PathOf(database)], ErrorCode.StoreNotFound, RefreshPrices));
        // Last, because a pipeline that uses only the first result ends the command.
        WriteObject(update?.Changes ?? [], enumerateCollection: true);
    }

    private void RefreshPrices(string store)
    {
        if (ShouldProcess(store, "Refresh the prices in tokendash_price"))
        {
            using var optimizer = new StoreOptimizer(store, Cancellation);
            optimizer.WritePrices(PriceFiles.Load());
        }
    }
}
