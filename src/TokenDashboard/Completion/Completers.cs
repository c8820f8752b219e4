using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Completion;

/// <summary>Offers the names of the session's Grafana connections.</summary>
public sealed class ConnectionCompleter() : Completer((_, _) =>
    SessionConnections.Current.All.Select(connection => (connection.Name, connection.Url.ToString())));

/// <summary>Offers the currencies for which Grafana has a symbol.</summary>
public sealed class CurrencyCompleter() : Completer((_, _) => Units.Currencies.Select(code => (code, code)));

/// <summary>Offers the dashboards of the catalog.</summary>
public sealed class DashboardNameCompleter() : Completer((_, _) =>
    DashboardCatalog.Names.Select(name => (name, DashboardCatalog.Create(name).Description)));

/// <summary>Offers the rules for dashboards.</summary>
public sealed class DashboardRuleCompleter() : Completer((_, _) =>
    DashboardRules.All.Select(rule => (rule.Id, $"{rule.Severity}: {rule.Violation}")));

/// <summary>Offers lengths of time and calendar words, and, for prices, the time of each request.</summary>
public sealed class TimeExpressionCompleter() : Completer((parameter, _) => parameter == "PriceAt"
    ? [("Request", "The prices at the time of each request"), ("Now", "The current prices"), ("30d", "The prices 30 days ago")]
    : [
        ("1h", "one hour"), ("24h", "24 hours"), ("7d", "7 days"), ("30d", "30 days"), ("90d", "90 days"),
        // For -Last, the word now would be an empty time range.
        .. TimeExpression.Words.Where(word => parameter != "Last" || word != "now").Select(word => (word, word)),
    ]);

/// <summary>Offers the providers and the models of the price list.</summary>
public sealed class PriceCompleter() : Completer((parameter, bound) =>
{
    PriceList prices = PriceFiles.Load();
    if (parameter == "Provider")
        return prices.ProviderIds.Select(id => (id, id));
    string provider = bound["Provider"]?.ToString() ?? "";
    return prices.ModelsOf(provider).Select(id => (id, provider.Length > 0 ? $"a model of {provider}" : id));
})
{
    private protected override string Quote(string text) => base.Quote(WildcardPattern.Escape(text));
}
