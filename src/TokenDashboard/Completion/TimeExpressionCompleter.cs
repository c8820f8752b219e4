using System.Collections;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Completion;

/// <summary>Offers lengths of time and calendar words, and for prices, the time of each request.</summary>
public sealed class TimeExpressionCompleter : Completer
{
    private protected override IEnumerable<(string Text, string ToolTip)> Values(string parameterName, IDictionary boundParameters) => parameterName == "PriceAt"
        ? [("Request", "The prices at the time of each request"), ("Now", "The current prices"), ("30d", "The prices 30 days ago")]
        : [
            ("1h", "one hour"), ("24h", "24 hours"), ("7d", "7 days"), ("30d", "30 days"), ("90d", "90 days"),
            // For -Last, now would be an empty time range.
            .. TimeExpression.Words.Where(word => parameterName != "Last" || word != "now").Select(word => (word, word)),
        ];
}
