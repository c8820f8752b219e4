using System.Net;
namespace TokenDashboard.Commands;

/// <summary>Gets the prices of models, or the models of a store without a price.</summary>
[Cmdlet(VerbsCommon.Get, "TokenPrice", DefaultParameterSetName = "Price", HelpUri = TokenCmdlet.HelpFolder + "Get-TokenPrice.md")]
[Alias("gtp")]
[OutputType(typeof(TokenPrice), ParameterSetName = ["Price"])]
[OutputType(typeof(UnpricedUsage), ParameterSetName = ["Unpriced"])]
public sealed class GetTokenPriceCommand : StoreCmdlet
{
    private bool _piped;

    /// <summary>The model names in requests, or patterns for the models in the price list.</summary>
    [Parameter(Position = 0, ParameterSetName = "Price", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards, ValidateNotNullOrEmpty, ArgumentCompleter(typeof(PriceCompleter)), PipedTextTransformation]
    public string[]? Model { get; set; }

    /// <summary>The provider name in requests, or a pattern for the providers in the price list.</summary>
    [Parameter(ParameterSetName = "Price", ValueFromPipelineByPropertyName = true), SupportsWildcards, ArgumentCompleter(typeof(PriceCompleter))]
    public string? Provider { get; set; }

    /// <summary>The time of the prices. By default, current prices for all times of day, and scheduled prices.</summary>
    [Parameter(ParameterSetName = "Price", ValueFromPipelineByPropertyName = true), Alias("Timestamp")]
    [TimeExpressionTransformation, ArgumentCompleter(typeof(TimeExpressionCompleter))]
    public TimeExpression? At { get; set; }

    /// <summary>Also returns past prices.</summary>
    [Parameter(ParameterSetName = "Price")] public SwitchParameter History { get; set; }

    /// <summary>Returns the models of a store that have tokens without a price.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Unpriced")] public SwitchParameter Unpriced { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = "Unpriced", ValueFromPipelineByPropertyName = true)]
    [Alias("Path", "FullName", "PSPath"), ValidateNotNullOrEmpty, SupportsWildcards]
    public override string[]? Database { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = "Unpriced", ValueFromPipeline = true)]
    public override FileSystemInfo? InputObject { get; set; }

    /// <summary>The credential for ClickHouse. The default comes from the environment variables CLICKHOUSE_USER and CLICKHOUSE_PASSWORD.</summary>
    [Parameter(ParameterSetName = "Unpriced"), Credential] public PSCredential? Credential { get; set; }

    /// <summary>A model without a price is one error record. The other models are returned.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) =>
        exception.Code != ErrorCode.PriceNotFound && base.IsTerminating(exception);

    /// <inheritdoc/>
    protected override void BeginProcessing() => _piped = !MyInvocation.BoundParameters.ContainsKey(nameof(Model));

    private protected override NetworkCredential? Login => Credential?.GetNetworkCredential();

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
        // A name such as grok-4.5[fast=true] is literal. So are names from the pipeline.
        bool isPattern = !(_piped && Model is not null) && WildcardPattern.ContainsWildcardCharacters(model);
        bool isProviderPattern = WildcardPattern.ContainsWildcardCharacters(Provider ?? "");
        PriceMatch? match = (isPattern && !model.Contains('[', StringComparison.Ordinal)) || isProviderPattern ? null : prices.Find(Provider, model);
        bool isProviderName = !isProviderPattern && !string.IsNullOrEmpty(Provider);
        if (match is null && !isProviderPattern && (!isPattern || (isProviderName && !prices.HasProvider(Provider, model))))
        {
            string[] others = isPattern ? [] : [.. prices.ProvidersOf(model)];
            string? named = string.IsNullOrEmpty(Provider) ? null : Provider;
            string hint = prices.HasProvider(Provider, model) ? $"The provider '{named ?? prices.ProviderOf(model)}' does not have this model."
                : named is null ? "The name identifies no provider; use -Provider." : $"The provider '{Provider}' is unknown.";
            string known = others.Length > 0 ? $" Providers with this model: {string.Join(", ", others.Take(10))}." : " To add the price to your own file, see docs/cost.md.";
            throw new TokenDashboardException(ErrorCode.PriceNotFound, $"The model '{model}' has no price. {hint}{known}", target: model);
        }
        DateTimeOffset now = DateTimeOffset.UtcNow;
        DateTimeOffset? at = At?.ToInstant(now, TimeZoneInfo.Utc);
        foreach (PriceMatch entry in match is not null ? [match] : Entries(prices, isPattern ? model : WildcardPattern.Escape(model), isProviderName))
        {
            Cancellation.ThrowIfCancellationRequested();
            TokenPrice[] found =
            [
                .. at is { } instant && !History ? TokenPrice.At(entry, instant) : TokenPrice.Of(entry, at ?? now).Where(price => History || price.Status != PriceStatus.Past),
            ];
            if (found.Length == 0 && match is not null)
                throw new TokenDashboardException(ErrorCode.PriceNotFound, $"The model '{model}' has no price at this time. To see its prices, use -History.", target: model);
            WriteObject(found, enumerateCollection: true);
        }
    }

    private IEnumerable<PriceMatch> Entries(PriceList prices, string model, bool isProviderName)
    {
        const WildcardOptions Options = WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant;
        var models = new WildcardPattern(model, Options);
        var providers = new WildcardPattern(string.IsNullOrEmpty(Provider) ? "*" : Provider, Options);
        return isProviderName ? prices.Entries(Provider!, models.IsMatch) : prices.Entries(providers.IsMatch, models.IsMatch);
    }
}
