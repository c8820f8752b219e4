using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Parsing;

/// <summary>A query of the SQLite data source, of a panel or of an annotation.</summary>
internal sealed record ReadTarget(JsonObject Json)
{
    internal string RefId => Json.Text("refId");

    /// <summary>What the editor shows and the browser sends.</summary>
    internal string RawText => Json.Text("rawQueryText");

    /// <summary>What runs where no browser takes part: alerts, public dashboards, the HTTP API.</summary>
    internal string Text => Json.Text("queryText");

    /// <summary>What a dashboard runs. Without the raw text the browser would send nothing, but there is something to look at.</summary>
    internal string Sql => IsTooLong ? "" : RawText.Length > 0 ? RawText : Text;

    /// <summary>Whether a text is longer than is looked at; <see cref="Sql"/> is empty then.</summary>
    internal bool IsTooLong => Math.Max(RawText.Length, Text.Length) > SqlText.MaxLength;

    internal string QueryType => Json.Text("queryType");

    internal bool SeriesByLabel => QueryType == "time series";

    internal IReadOnlyList<string> TimeColumns => Json.Texts("timeColumns");
}
