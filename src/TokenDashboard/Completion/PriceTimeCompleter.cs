using System.Collections;

namespace TokenDashboard.Completion;

/// <summary>Offers times of prices.</summary>
public sealed class PriceTimeCompleter : Completer
{
    private protected override IEnumerable<(string Text, string ToolTip)> Values(string parameterName, IDictionary boundParameters) =>
        [("Request", "The prices at the time of each request"), ("Now", "The current prices"), ("30d", "The prices 30 days ago")];
}
