using System.Collections;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Completion;

/// <summary>Offers the rules for dashboards.</summary>
public sealed class DashboardRuleCompleter : Completer
{
    private protected override IEnumerable<(string Text, string ToolTip)> Values(string parameterName, IDictionary boundParameters) =>
        DashboardRules.All.Select(rule => (rule.Id, $"{rule.Severity}: {rule.Breach}"));
}
