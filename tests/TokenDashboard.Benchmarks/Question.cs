using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Benchmarks;

/// <summary>A grouped query, run by the product and as SQL.</summary>
/// <param name="Name">The display name.</param>
/// <param name="Keys">The columns that the SQL groups by.</param>
/// <param name="Range">The time range.</param>
/// <param name="Ask">Runs the query in the product.</param>
/// <param name="RollupGoal">The goal for the query on rollups with 5 million requests, in milliseconds; null if it does not use rollups.</param>
/// <param name="RowGoal">The same for the query on rows; null if there is no goal.</param>
internal sealed record Question(string Name, string Keys, TimeRange Range, Func<TokenStore, RequestFilter, UsagePrices?, IEnumerable<UsageFigures>> Ask, double? RollupGoal, double? RowGoal = null)
{
    private const int Top = 10;
    private const string Berlin = "Europe/Berlin";

    public static Question UserAndModel { get; } = Usage("by user and model", "user_id, model", 60, UsageDimension.User, UsageDimension.Model) with { RowGoal = 3000 };

    public static Question Day { get; } = Usage("by day", "substr(timestamp, 1, 10)", 15, UsageDimension.Day) with { DuckDbKeys = "timestamp::DATE" };

    public static Question LastWeek { get; } = UserAndModel with
    {
        Name = "by user and model, last 7 days",
        Range = new TimeRange(SampleStore.End.AddDays(-7), SampleStore.End),
        RollupGoal = 26,
        RowGoal = null,
    };

    public static IReadOnlyList<Question> All { get; } =
    [
        UserAndModel,
        Day,
        // SQLite has no time zones. The clock changes once in the sample.
        InZone(Berlin, "by day in " + Berlin, "date(timestamp, CASE WHEN timestamp < '2026-10-25T01:00:00' THEN '+2 hours' ELSE '+1 hours' END)", 40, UsageDimension.Day) with
        {
            DuckDbKeys = $"(timestamp AT TIME ZONE 'UTC' AT TIME ZONE '{Berlin}')::DATE",
        },
        Usage("by hour and model", "substr(timestamp, 1, 13), model", 150, UsageDimension.Hour, UsageDimension.Model) with { DuckDbKeys = "date_trunc('hour', timestamp), model" },
        new(
            "user totals", "user_id", TimeRange.All,
            (store, filter, prices) => new UserUsageQuery([new SqliteStore(store)], filter, TimeZoneInfo.Utc) { Prices = prices }.Totals(comparePrevious: false).Rows, 40),
        LastWeek,
        Usage("by user, negative verdicts only", "user_id", null, UsageDimension.User) with { PolicyFailed = true, RowGoal = 1000 },
        new(
            "transactions, top 10", "transaction_id", TimeRange.All,
            (store, filter, prices) => new UsageQuery([UsageDimension.Transaction], TimeZoneInfo.Utc) { Largest = (Top, UsageOrder.Default), Prices = prices }
                .Run([new SqliteStore(store)], filter).Rows, null, 4000) { IsTop = true },
    ];

    /// <summary>The columns that DuckDB groups by, if they differ.</summary>
    public string DuckDbKeys { get; init; } = Keys;

    /// <summary>Whether to include only requests with a negative verdict.</summary>
    public bool PolicyFailed { get; init; }

    /// <summary>Whether to return only the groups with the most tokens.</summary>
    public bool IsTop { get; init; }

    /// <summary>The SQL that a user of SQLite alone would write. It omits the percentiles that the product also returns.</summary>
    public string Sql => SqlOf(Keys, "");

    /// <summary>The same for DuckDB, with percentiles.</summary>
    public string DuckDbSql => SqlOf(DuckDbKeys, ", quantile_disc(duration_ms, [0.5, 0.95, 0.99])");

    /// <summary>Returns the requests and prompt tokens of all groups, from the product.</summary>
    public (long Requests, long PromptTokens) Answer(string path, UsagePrices? prices = null)
    {
        using TokenStore store = TokenStore.Open(path, CancellationToken.None);
        (long requests, long prompt) = (0, 0);
        foreach (UsageFigures row in Ask(store, new RequestFilter { Range = Range, PolicyFailed = PolicyFailed }, prices))
            (requests, prompt) = (requests + row.Requests, prompt + row.PromptTokens);
        return (requests, prompt);
    }

    /// <summary>Returns the same from SQL.</summary>
    public (long Requests, long PromptTokens) AnswerBySql(string path)
    {
        using SqliteConnection connection = SampleStore.Connect(path);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = Sql;
        using SqliteDataReader reader = command.ExecuteReader();
        (int requestsAt, int promptAt) = (reader.GetOrdinal("requests"), reader.GetOrdinal("prompt"));
        (long requests, long prompt) = (0, 0);
        while (reader.Read())
            (requests, prompt) = (requests + reader.GetInt64(requestsAt), prompt + reader.GetInt64(promptAt));
        return (requests, prompt);
    }

    /// <summary>Checks the result, because a fast but wrong query must not be reported.</summary>
    public void Check((long Requests, long PromptTokens) answer, (long Requests, long PromptTokens) expected)
    {
        if (answer != expected)
            throw new InvalidOperationException($"Usage {Name}: {answer} instead of {expected}.");
    }

    private static Question Usage(string name, string keys, double? rollupGoal, params UsageDimension[] dimensions) => InZone("UTC", name, keys, rollupGoal, dimensions);

    private static Question InZone(string zone, string name, string keys, double? rollupGoal, params UsageDimension[] dimensions) => new(
        name, keys, TimeRange.All,
        (store, filter, prices) => new UsageQuery(dimensions, TimeZoneInfo.FindSystemTimeZoneById(zone)) { Prices = prices }.Run([new SqliteStore(store)], filter).Rows, rollupGoal);

    private string SqlOf(string keys, string percentiles)
    {
        List<string> conditions = [];
        if (Range.Since is { } since)
            conditions.Add($"timestamp >= '{since:yyyy-MM-ddTHH:mm:ss}' AND timestamp < '{Range.Until:yyyy-MM-ddTHH:mm:ss}'");
        if (PolicyFailed)
            conditions.Add("success = 0");
        return $"""
            SELECT {keys}, count(*) AS requests, CAST(sum(prompt_tokens) AS BIGINT) AS prompt, sum(completion_tokens), sum(total_tokens), sum(CASE success WHEN 0 THEN 1 ELSE 0 END),
                avg(duration_ms), max(duration_ms), min(timestamp), max(timestamp){percentiles}
            FROM telemetry{(conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", conditions)}")}
            GROUP BY {keys}{(IsTop ? $" ORDER BY sum(total_tokens) DESC, {keys} LIMIT {Top}" : "")}
            """;
    }
}
