using TokenDashboard.Telemetry;

namespace TokenDashboard.Dashboards;

/// <summary>
/// What the SQL of all panels has in common: which requests count, how they are cut into buckets of time, and how a long tail of
/// names is folded into one. The parts are common table expressions, to be joined with commas after <c>WITH RECURSIVE</c>.
/// Grafana's variables provider, model, user, bucket and utc_offset must exist.
/// </summary>
internal static class PanelSql
{
    /// <summary>The name of an unknown user, model or provider, in panels and in the variables' lists.</summary>
    internal const string Unknown = "(none)";

    /// <summary>The name under which the names below the top are added up.</summary>
    internal const string Other = "(other)";

    /// <summary>The second at which the time range begins. The plugin replaces $__from by milliseconds.</summary>
    internal const string From = "$__from / 1000";

    /// <summary>The second at which the time range ends, not in it.</summary>
    internal const string To = "$__to / 1000";

    /// <summary>The beginning of the time range in the form of stored times.</summary>
    internal const string FromText = "strftime('%Y-%m-%dT%H:%M:%S', " + From + ", 'unixepoch')";

    /// <summary>Seconds to add to UTC for the days and hours of the chosen zone. In brackets, because it may be negative.</summary>
    internal const string Offset = "(${utc_offset:raw})";

    /// <summary>
    /// What a variable stands for while all is chosen. Grafana quotes chosen texts but not this, and SQLite's TRUE is a number, which no
    /// quoted text equals: not even a user named TRUE is mistaken for it.
    /// </summary>
    internal const string AllValue = "TRUE";

    /// <summary>The most buckets a panel shows. A smaller bucket is enlarged to a multiple of itself that keeps to this.</summary>
    internal const int MaxBuckets = 1000;

    private const int MaxAutomaticBuckets = 120;

    /// <summary>How many of the newest requests the lists of the variables are made from.</summary>
    internal const int NewestRequests = 200_000;

    private const int MaxNames = 5_000;

    /// <summary>The requests of the time range that the variables choose.</summary>
    internal static string Requests { get; } = RequestsSince(From);

    /// <summary>
    /// As <see cref="Requests"/>, from another second on. Columns are named as in the table; users, models and providers are never
    /// empty, counts are never damaged, and a request whose time cannot be read is in no range. The second is read without its
    /// fraction, which SQLite would round, in the last half millisecond of a range up to a second outside it.
    /// </summary>
    internal static string RequestsSince(string firstSecond) => $$"""
        request AS NOT MATERIALIZED (
          SELECT * FROM (
            SELECT id, timestamp, unixepoch(substr(timestamp, 1, 19)) AS second,
              {{Known(TelemetrySql.User)}} AS user,
              {{Known(TelemetrySql.Model)}} AS model,
              {{Known(TelemetrySql.Provider)}} AS provider,
              {{TelemetrySql.RequestType}} AS request_type,
              {{TelemetrySql.Transaction}} AS transaction_id,
              {{TelemetrySql.PromptTokens}} AS prompt_tokens,
              {{TelemetrySql.CompletionTokens}} AS completion_tokens,
              {{TelemetrySql.TotalTokens}} AS total_tokens,
              {{TelemetrySql.DurationMs}} AS duration_ms,
              {{TelemetrySql.PolicyFailed}} AS policy_failed
            FROM {{TelemetrySql.Table}}
            WHERE timestamp >= strftime('%Y-%m-%dT%H:%M:%S', {{firstSecond}}, 'unixepoch')
              AND timestamp < strftime('%Y-%m-%dT%H:%M:%S', {{To}}, 'unixepoch')
              AND {{TelemetrySql.TimestampReadable}})
          WHERE {{Chosen("user", "user")}}
            AND {{Chosen("model", "model")}}
            AND {{Chosen("provider", "provider")}})
        """;

    /// <summary>
    /// <c>bucket_size(seconds)</c>: the chosen size; by itself the smallest that makes at most 120 buckets, or a day.
    /// </summary>
    internal static string BucketSize { get; } = $$"""
        bucket_size(seconds) AS MATERIALIZED (
          SELECT size * (1 + ({{To}} - {{From}}) / (size * {{MaxBuckets}}))
          FROM (SELECT CASE WHEN ${bucket:raw} > 0 THEN ${bucket:raw} ELSE COALESCE(
            (SELECT MIN(column1) FROM (VALUES (60), (300), (900), (1800), (3600), (10800), (21600), (43200))
             WHERE column1 * {{MaxAutomaticBuckets}} >= {{To}} - {{From}}), 86400) END AS size))
        """;

    /// <summary>The bucket of a request, as a running number.</summary>
    internal const string Slot = "(second + " + Offset + ") / (SELECT seconds FROM bucket_size)";

    /// <summary>The second at which a bucket begins; needs <c>slot</c> and <c>seconds</c>.</summary>
    internal const string SlotStart = "slot * seconds - " + Offset;

    /// <summary>
    /// <c>bucket(slot)</c>: every bucket of the time range, so that a bucket without requests is drawn as zero. There is none when
    /// <c>usage</c> has no rows, and none that lies in the future, unless requests do.
    /// </summary>
    internal static string Buckets { get; } = $$"""
        bucket(slot) AS (
          SELECT ({{From}} + {{Offset}}) / seconds FROM bucket_size WHERE EXISTS (SELECT 1 FROM usage)
          UNION ALL
          SELECT slot + 1 FROM bucket CROSS JOIN bucket_size
          WHERE (slot + 1) * seconds - {{Offset}} < {{To}}
            AND ((slot + 1) * seconds - {{Offset}} <= unixepoch('now') OR slot < (SELECT MAX(usage.slot) FROM usage)))
        """;

    /// <summary><c>ranked</c>: the rows of a table with the columns name and tokens, with their place by tokens.</summary>
    internal static string Ranked(string table) => $"""
        ranked AS MATERIALIZED (
          SELECT *, ROW_NUMBER() OVER (ORDER BY tokens DESC, name) AS place FROM {table})
        """;

    /// <summary>The name of a row of <see cref="Ranked"/>, or <see cref="Other"/> below the top.</summary>
    internal static string TopName(int top) => $"CASE WHEN place <= {top} THEN name ELSE '{Other}' END";

    /// <summary>A name as panels show it and variables choose it.</summary>
    internal static string Known(string expression) => $"COALESCE(NULLIF({expression}, ''), '{Unknown}')";

    /// <summary>The names a variable offers: those of the newest requests, because the table has no index that could list all.</summary>
    internal static string NewestNames(string expression, string condition = "TRUE") => $"""
        SELECT DISTINCT CAST({Known(expression)} AS TEXT) AS name
        FROM (SELECT user_id, model, provider FROM {TelemetrySql.Table} ORDER BY id DESC LIMIT {NewestRequests})
        WHERE {condition}
        LIMIT {MaxNames}
        """;

    /// <summary>
    /// Whether a multi-value variable chooses a name. From version 10.2 on Grafana's <c>:sqlstring</c> also puts a backslash before a
    /// double quote, which means nothing to SQLite, so names are compared in both spellings.
    /// </summary>
    internal static string Chosen(string variable, string name)
    {
        string list = "${" + variable + ":sqlstring}";
        return $"""({AllValue} IN ({list}) OR {name} IN ({list}) OR replace({name}, '"', '\"') IN ({list}))""";
    }
}
