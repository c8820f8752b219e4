using System.Management.Automation;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Pricing.Lists;

namespace TokenDashboard.Commands;

/// <summary>Takes a newer price list from a file or an address, and tells what differs.</summary>
[Cmdlet(VerbsData.Update, "TokenPrice", DefaultParameterSetName = "Database", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Update-TokenPrice.md")]
[OutputType(typeof(PriceChange))]
public sealed class UpdateTokenPriceCommand : TokenCmdlet
{
    /// <summary>The file: the JSON of genai-prices, or a list this module has written.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path")]
    [Alias("FullName", "PSPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The address of such a file. Nothing is fetched from anywhere else.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Url")]
    [ValidateNotNull]
    public Uri? Url { get; set; }

    /// <summary>Stores whose prices for panels and alert rules are refreshed; alone, with the prices in force. Wildcards are allowed.</summary>
    [Parameter(ParameterSetName = "Path")]
    [Parameter(ParameterSetName = "Url")]
    [Parameter(Mandatory = true, ParameterSetName = "Database")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Database { get; set; }

    /// <summary>A store that cannot be written is one error; the list is taken, and others may still be.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) => !exception.IsAbout("Store");

    /// <inheritdoc/>
    private protected override void Process()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        PriceListUpdate? update = ParameterSetName switch
        {
            "Path" => PriceListUpdate.OfFile(ResolvePath(Path), now),
            "Url" => PriceListUpdate.OfUrl(Url!, now, Cancellation),
            _ => null,
        };
        if (update is { IsNew: false })
            WriteVerbose("The list is the one in force.");
        else if (update is not null && ShouldProcess(PriceFiles.ListPath, $"Write a price list with {update.Changes.Count} changes"))
            update.Keep();
        EachFile(Database ?? [], ErrorCode.StoreNotFound, store =>
        {
            if (ShouldProcess(store, "Refresh the prices in tokendash_price"))
            {
                using var optimizer = new StoreOptimizer(store, Cancellation);
                optimizer.WritePrices(PriceFiles.Load());
            }
        });
        // Not before, since a pipeline that wants only the first of them ends the command.
        WriteObject(update?.Changes ?? [], enumerateCollection: true);
    }
}
