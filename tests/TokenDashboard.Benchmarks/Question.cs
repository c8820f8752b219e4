using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Benchmarks;

/// <summary>A question about sums, as the product answers it and as SQL.</summary>
/// <param name="Name">How it is called.</param>
/// <param name="Keys">What the SQL groups by.</param>
/// <param name="Range">The range of time.</param>
/// <param name="Ask">Asks the product.</param>
internal sealed record Question(string Name, string Keys, TimeRange Range, Func<TokenStore, RequestFilter, IEnumerable<UsageFigures>> Ask)
{
    public static Question UserAndModel { get; } = Usage("by user and model", "user_id, model", UsageDimension.User, UsageDimension.Model);

    public static Question Day { get; } = Usage("by day", "substr(timestamp, 1, 10)", UsageDimension.Day);

    public static Question LastWeek { get; } = UserAndModel with
    {
        Name = "by user and model, last 7 days",
        Range = new TimeRange(SampleStore.End.AddDays(-7), SampleStore.End),
    };

    public static IReadOnlyList<Question> All { get; } =
    [
        UserAndModel,
        Day,
        Usage("by hour and model", "substr(timestamp, 1, 13), model", UsageDimension.Hour, UsageDimension.Model),
        new("totals of users", "user_id", TimeRange.All, (store, filter) => new UserUsageQuery(store, filter, TimeZoneInfo.Utc).Totals(comparePrevious: false).Rows),
        LastWeek,
    ];

    /// <summary>What somebody would write who has only SQLite. Percentiles, which the product's answer holds too, are left out.</summary>
    public string Sql => $"""
        SELECT {Keys}, count(*) AS requests, sum(prompt_tokens) AS prompt, sum(completion_tokens), sum(total_tokens), sum(success = 0),
            avg(duration_ms), max(duration_ms), min(timestamp), max(timestamp)
        FROM telemetry{(Range.Since is { } since ? $" WHERE timestamp >= '{since:yyyy-MM-ddTHH:mm:ss}' AND timestamp < '{Range.Until:yyyy-MM-ddTHH:mm:ss}'" : "")}
        GROUP BY {Keys}
        """;

    /// <summary>Requests and prompt tokens of all groups, by the product.</summary>
    public (long Requests, long PromptTokens) Answer(string path)
    {
        using TokenStore store = TokenStore.Open(path, CancellationToken.None);
        (long requests, long prompt) = (0, 0);
        foreach (UsageFigures row in Ask(store, new RequestFilter { Range = Range }))
        {
            (requests, prompt) = (requests + row.Requests, prompt + row.PromptTokens);
        }
        return (requests, prompt);
    }

    /// <summary>The same by SQL.</summary>
    public (long Requests, long PromptTokens) AnswerBySql(string path)
    {
        using SqliteConnection connection = SampleStore.Connect(path);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = Sql;
        using SqliteDataReader reader = command.ExecuteReader();
        (int requestsAt, int promptAt) = (reader.GetOrdinal("requests"), reader.GetOrdinal("prompt"));
        (long requests, long prompt) = (0, 0);
        while (reader.Read())
        {
            (requests, prompt) = (requests + reader.GetInt64(requestsAt), prompt + reader.GetInt64(promptAt));
        }
        return (requests, prompt);
    }

    /// <summary>Fast and wrong does not count.</summary>
    public void Check((long Requests, long PromptTokens) answer, (long Requests, long PromptTokens) expected)
    {
        if (answer != expected)
        {
            throw new InvalidOperationException($"Usage {Name}: {answer} instead of {expected}.");
        }
    }

    private static Question Usage(string name, string keys, params UsageDimension[] dimensions) =>
        new(name, keys, TimeRange.All, (store, filter) => new UsageQuery(dimensions, TimeZoneInfo.Utc).Run(store, filter).Rows);
}
