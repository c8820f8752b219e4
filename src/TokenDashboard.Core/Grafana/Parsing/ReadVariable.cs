using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Parsing;

/// <summary>A variable of a dashboard from anywhere.</summary>
internal sealed record ReadVariable(JsonObject Json)
{
    /// <summary>What the value of a variable is while all is chosen.</summary>
    internal const string All = "$__all";

    internal string Name => Json.Text("name");

    internal string Type => Json.Text("type");

    internal bool Multi => Json.Flag("multi");

    internal bool IncludeAll => Json.Flag("includeAll");

    internal string AllValue => IsTooLong ? "" : Json.Text("allValue");

    /// <summary>The query; newer Grafana may wrap it in an object.</summary>
    internal string Query => IsTooLong ? "" : WholeQuery;

    /// <summary>Whether the query or the value of all is longer than is looked at; both are empty then.</summary>
    internal bool IsTooLong => Math.Max(WholeQuery.Length, Json.Text("allValue").Length) > SqlText.MaxLength;

    private string WholeQuery => Json.Child("query") is JsonObject query
        ? new[] { query.Text("rawQueryText"), query.Text("queryText"), query.Text("query") }.FirstOrDefault(text => text.Length > 0, "")
        : Json.Text("query");
}
