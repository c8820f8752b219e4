using TokenDashboard.Grafana.Queries;

using static TokenDashboard.Engines.ClickHouse.Panels.ClickHouseExpressions;
using static TokenDashboard.Grafana.Queries.PanelNames;

namespace TokenDashboard.Engines.ClickHouse.Panels;

/// <summary>Writes the queries of panels about single requests and transactions.</summary>
internal static class ClickHouseRequestSql
{
    public static string Requests(RequestsQuery query)
    {
        // Each row of usage has at least one request with its maximum, or with its time or a later one.
        (string order, string? largest, string condition, string usage) = query.Choice switch
        {
            RequestChoice.Newest => ("time", "time", "", ""),
            RequestChoice.Slowest => ("duration_ms", Measures.MaxDurationMs.Name, " AND duration_ms IS NOT NULL", ""),
            RequestChoice.MostExpensive => ("cost", null, " AND cost > 0", ""),
            RequestChoice.Largest => ("total_tokens", Measures.MaxTotalTokens.Name, " AND total_tokens > 0", ""),
            _ => ("time", "time", " AND interrupted_stream", $" AND {Measures.InterruptedStreams.Name} > 0"),
        };
        string first = largest is null ? "" : $"""
            {order} >= (SELECT if(count(least) < {query.Rows}, {(order == "time" ? "$__fromTime" : "0")}, min(least))
              FROM (SELECT {largest} AS least
              {OfUsage([], Grain.Range, users: true, also: usage, indent: "  ")}
              ORDER BY least DESC LIMIT {query.Rows}))
            """;
        IEnumerable<string> names = Enum.GetValues<PanelDimension>().Where(dimension => dimension != PanelDimension.RequestType)
            .Select(dimension => $"{Known(Column(dimension))} AS {Quoted(Title(dimension))}");
        return $"""
            SELECT time AS "Time", source AS "Source", transaction_id AS "Transaction", {string.Join(", ", names)}, {Known("request_type")} AS "Type",
              prompt_tokens AS "Prompt", completion_tokens AS "Completion", total_tokens AS "Total"{(largest is null ? ", cost AS \"Cost\"" : "")}, duration_ms AS "Duration",
              if(policy_failed, 'failed', 'passed') AS "Policy"
            {OfRequests(priced: largest is null, condition, first: first)}
            ORDER BY {order} DESC, source DESC, id DESC
            LIMIT {query.Rows}
            """;
    }

    public static string Histogram(HistogramQuery query)
    {
        // The step of a value is the number of edges that it reaches. Bins of durations begin at the same edges.
        string value = query.OfDurations ? "bin" : Measures.TotalTokens.Name;
        IEnumerable<string> reached = query.Steps.Skip(1).Select(step => string.Create(
            CultureInfo.InvariantCulture, $"({value} >= {(query.OfDurations ? HistogramBins.Durations.Of(step.From) : step.From)})"));
        (string count, string rows) = query.OfDurations
            ? ("sum(count)", OfUsage([], Grain.Range, users: false, indent: "  ", each: "duration_bins AS bin, duration_counts AS count"))
            : ("count()", OfRequests(indent: "  "));
        return $"""
            SELECT label AS {Quoted(query.Title)}, requests AS "Requests"
            FROM (SELECT [{string.Join(", ", query.Steps.Select(step => $"'{step.Label}'"))}] AS labels, arrayJoin(arrayEnumerate(labels)) AS step, labels[step] AS label) AS steps
            LEFT JOIN (
              SELECT 1 + {string.Join(" + ", reached)} AS step, {count} AS requests
              {rows}
              GROUP BY step) AS used USING (step)
            QUALIFY sum(requests) OVER () > 0
            ORDER BY step
            """;
    }

    public static string Transactions(TransactionsQuery query)
    {
        string columns = query.Short
            ? $"argMax({Known("user")}, time) AS \"User\", sum(total_tokens) AS \"Tokens\", count() AS \"Requests\", max(time) AS \"Last request\""
            : """
                sum(total_tokens) AS "Tokens", count() AS "Requests", sum(duration_ms) AS "Duration",
                  uniqExact(model) AS "Models", countIf(policy_failed) AS "Policy failures", min(time) AS "First request", max(time) AS "Last request"
                """;
        const string HasTransaction = " AND transaction_id != ''";
        // Aggregating all columns of all transactions takes a long time, because there are so many. GLOBAL is for clusters with several shards.
        string first = $"""
            transaction_id GLOBAL IN (SELECT transaction_id {OfRequests(also: HasTransaction, indent: "  ")}
              GROUP BY transaction_id ORDER BY sum(total_tokens) DESC, transaction_id LIMIT {query.Rows})
            """;
        return $"""
            SELECT transaction_id AS "Transaction", {columns}
            {OfRequests(also: HasTransaction, first: first)}
            GROUP BY transaction_id
            ORDER BY "Tokens" DESC, transaction_id
            LIMIT {query.Rows}
            """;
    }
}
