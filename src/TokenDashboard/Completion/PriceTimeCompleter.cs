using System.Collections;

namespace TokenDashboard.Completion;

/// <summary>Offers the times whose prices cost may be computed with.</summary>
public sealed class PriceTimeCompleter : Completer
{
    private protected override IEnumerable<(string Text, string ToolTip)> Values(string parameterName, IDictionary boundParameters) =>
        [("Request", "The prices of the time of each request"), ("Now", "The prices of now"), ("30d", "The prices of 30 days ago")];
}
