using System.Collections;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Completion;

/// <summary>Offers the currencies for which Grafana has a symbol.</summary>
public sealed class CurrencyCompleter : Completer
{
    private protected override IEnumerable<(string Text, string ToolTip)> Values(string parameterName, IDictionary boundParameters) => Units.Currencies.Select(code => (code, code));
}
