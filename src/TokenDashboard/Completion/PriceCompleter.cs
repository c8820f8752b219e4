using System.Collections;
using TokenDashboard.Pricing;
using TokenDashboard.Pricing.Lists;

namespace TokenDashboard.Completion;

/// <summary>Offers the providers and the models of the price list.</summary>
public sealed class PriceCompleter : Completer
{
    private protected override IEnumerable<(string Text, string ToolTip)> Values(string parameterName, IDictionary boundParameters)
    {
        PriceList prices = PriceFiles.Load();
        if (parameterName == "Provider")
            return prices.ProviderIds.Select(id => (id, id));
        string provider = boundParameters["Provider"]?.ToString() ?? "";
        return prices.ModelsOf(provider).Select(id => (id, provider.Length > 0 ? $"a model of {provider}" : id));
    }

    private protected override string Quote(string text) => base.Quote(WildcardPattern.Escape(text));
}
