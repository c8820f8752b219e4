using System.Management.Automation;
using TokenDashboard.Completion;
using TokenDashboard.Parameters;
using TokenDashboard.Pricing;
using TokenDashboard.Pricing.Lists;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Commands;

/// <summary>Gets what models cost and when, or the models of a store that have no price.</summary>
[Cmdlet(VerbsCommon.Get, "TokenPrice", DefaultParameterSetName = "Price", HelpUri = HelpPage.Folder + "Get-TokenPrice.md")]
[Alias("gtp")]
[OutputType(typeof(TokenPrice), ParameterSetName = ["Price"])]
[OutputType(typeof(UnpricedUsage), ParameterSetName = ["Unpriced"])]
public sealed class GetTokenPriceCommand : StoreCmdlet
{
    private bool _piped;

    /// <summary>Models as requests name them, or patterns of the models in the price list.</summary>
    [Parameter(Position = 0, ParameterSetName = "Price", ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PriceCompleter))]
    public string[]? Model { get; set; }

    /// <summary>The provider as requests name it, or a pattern of the providers in the price list.</summary>
    [Parameter(ParameterSetName = "Price", ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(PriceCompleter))]
    public string? Provider { get; set; }

    /// <summary>The instant whose price is asked for. Without it, the prices of now, at all times of the day, and those that begin later.</summary>
    [Parameter(ParameterSetName = "Price")]
    [TimeExpressionTransformation]
    [ArgumentCompleter(typeof(TimeExpressionCompleter))]
    public TimeExpression? At { get; set; }

    /// <summary>Gives the prices of the past too.</summary>
    [Parameter(ParameterSetName = "Price")]
    public SwitchParameter History { get; set; }

    /// <summary>Gives the models of a store of which tokens have no price.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Unpriced")]
    public SwitchParameter Unpriced { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = "Unpriced", ValueFromPipelineByPropertyName = true)]
    [Alias("Path", "FullName", "PSPath")]
    [ValidateNotNullOrEmpty]
    public override string[]? Database { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = "Unpriced", ValueFromPipeline = true)]
    public override FileSystemInfo? InputObject { get; set; }

    /// <summary>A model without a price is one error; others may have one.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) =>
        exception.Code != ErrorCode.PriceNotFound && base.IsTerminating(exception);

    /// <inheritdoc/>
    protected override void BeginProcessing() => _piped = !MyInvocation.BoundParameters.ContainsKey(nameof(Model));

    /// <inheritdoc/>
    private protected override void Process()
    {
        PriceList prices = PriceFiles.Load();
        WriteVerbose($"Prices: {prices.Name}.");
        if (Unpriced)
        {
            UseStores(null, (stores, name) =>
            {
                QueryResult<UnpricedUsage> result = UnpricedUsage.Read(stores, prices);
                WriteObject(result.Rows, enumerateCollection: true);
                WarnAbout(result.Unreadable, name);
            });
            return;
        }
        foreach (string model in Model ?? ["*"])
            Guard(() => Write(prices, model));
    }

    private void Write(PriceList prices, string model)
    {
        // A name such as grok-4.5[fast=true] means itself, and what is piped is a name.
        bool isPattern = !(_piped && Model is not null) && WildcardPattern.ContainsWildcardCharacters(model);
        bool isProviderPattern = WildcardPattern.ContainsWildcardCharacters(Provider ?? "");
        PriceMatch? match = (isPattern && !model.Contains('[', StringComparison.Ordinal)) || isProviderPattern ? null : prices.Find(Provider, model);
        if (match is null && !isPattern && !isProviderPattern)
        {
            string[] others = [.. prices.ProvidersOf(model)];
            string hint = prices.HasProvider(Provider, model) ? $"The provider '{Provider ?? prices.ProviderOf(model)}' has no such model."
                : string.IsNullOrEmpty(Provider) ? "The name tells no provider; give -Provider." : $"No provider '{Provider}' is known.";
            string known = others.Length > 0 ? $" There are prices of {string.Join(", ", others.Take(10))}." : " Give the price in a file of your own; docs/cost.md tells how.";
            throw new TokenDashboardException(ErrorCode.PriceNotFound, $"The model '{model}' has no price. {hint}{known}", target: model);
        }
        DateTimeOffset now = DateTimeOffset.UtcNow;
        DateTimeOffset? at = At?.ToInstant(now, TimeZoneInfo.Utc);
        foreach (PriceMatch entry in match is not null ? [match] : Entries(prices, model, isPattern))
        {
            Cancellation.ThrowIfCancellationRequested();
            WriteObject(
                at is { } instant && !History ? TokenPrice.At(entry, instant) : TokenPrice.Of(entry, at ?? now).Where(price => History || price.Status != PriceStatus.Past),
                enumerateCollection: true);
        }
    }

    private IEnumerable<PriceMatch> Entries(PriceList prices, string model, bool isPattern)
    {
        var models = new WildcardPattern(isPattern ? model : WildcardPattern.Escape(model), WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        var providers = new WildcardPattern(string.IsNullOrEmpty(Provider) ? "*" : Provider, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        return prices.Entries(providers.IsMatch, models.IsMatch);
    }
}
