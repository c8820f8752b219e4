namespace TokenDashboard.Engines.Sqlite;

/// <summary>
/// The SQL expressions for Observicia's table <c>telemetry</c>. Commands and dashboard panels use these
/// expressions, so that all of them count in the same way.
/// </summary>
internal static class TelemetrySql
{
    /// <summary>The table of Observicia's SQLite exporter.</summary>
    public const string Table = "telemetry";

    /// <summary>The details of imported requests beyond the columns of <see cref="Table"/>, by <c>row_id</c>; can be missing.</summary>
    public const string DetailTable = "tokendash_request_detail";

    /// <summary>The columns of <see cref="DetailTable"/> that follow <c>row_id</c>: the parts of the tokens, and the cost.</summary>
    internal static string[] DetailColumns { get; } = [.. Measures.Parts.Select(part => part.Name), "cost"];

    /// <summary>Prompt tokens of a row; 0 if the stored value is not a count.</summary>
    public static string PromptTokens { get; } = $"CASE WHEN {IsCount("prompt_tokens")} THEN prompt_tokens ELSE 0 END";

    /// <summary>Completion tokens of a row; 0 if the stored value is not a count.</summary>
    public static string CompletionTokens { get; } = $"CASE WHEN {IsCount("completion_tokens")} THEN completion_tokens ELSE 0 END";

    /// <summary>
    /// Total tokens of a row: the stored total, or prompt + completion if the stored total is 0, missing or invalid.
    /// An interrupted stream has a stored total of 0, and counts its prompt tokens.
    /// </summary>
    public static string TotalTokens { get; } = $"CASE WHEN {IsCount("total_tokens", least: 1)} THEN total_tokens ELSE {PromptTokens} + {CompletionTokens} END";

    /// <summary>Duration of a row in milliseconds; NULL if the stored value is not a duration.</summary>
    public static string DurationMs { get; } = $"CASE WHEN {IsReal("duration_ms", ValueLimits.MaxDurationMs)} THEN duration_ms END";

    /// <summary>1 if the policy verdict is negative. The column <c>success</c> is the verdict, not the call's outcome.</summary>
    public const string PolicyFailed = "CASE WHEN success = 0 THEN 1 ELSE 0 END";

    /// <summary>1 for an interrupted stream: it has only prompt tokens, and the stored total is 0.</summary>
    public static string InterruptedStream { get; } = $"CASE WHEN total_tokens = 0 AND completion_tokens = 0 AND {PromptTokens} > 0 THEN 1 ELSE 0 END";

    /// <summary>The cost that an import recorded; NULL if unknown.</summary>
    internal static string RecordedCost { get; } = $"CASE WHEN {IsReal($"{DetailTable}.cost", ValueLimits.MaxCost)} THEN {DetailTable}.cost END";

    /// <summary>Whether a token count is invalid. A total can be missing.</summary>
    internal static string UnreadableTokens { get; } =
        $"NOT ({IsCount("prompt_tokens")} AND {IsCount("completion_tokens")} AND (total_tokens IS NULL OR {IsCount("total_tokens")}))";

    /// <summary>Whether there is an invalid duration.</summary>
    internal static string UnreadableDuration { get; } = $"duration_ms IS NOT NULL AND NOT ({IsReal("duration_ms", ValueLimits.MaxDurationMs)})";

    /// <summary>Whether the policy verdict is neither 0 nor 1.</summary>
    internal const string UnreadableVerdict = "NOT (typeof(success) = 'integer' AND success IN (0, 1))";

    /// <summary>The user of a row; the empty string if it is unknown.</summary>
    public const string User = "COALESCE(user_id, '')";

    /// <summary>The model of a row; the empty string if it is unknown.</summary>
    public const string Model = "COALESCE(model, '')";

    /// <summary>The provider of a row; the empty string if it is unknown.</summary>
    public const string Provider = "COALESCE(provider, '')";

    /// <summary>The request type of a row; the empty string if it is unknown.</summary>
    public const string RequestType = "COALESCE(request_type, '')";

    /// <summary>The transaction of a row; the empty string if it is unknown.</summary>
    public const string Transaction = "COALESCE(transaction_id, '')";

    /// <summary>
    /// Whether the stored time is valid: UTC text <c>yyyy-MM-ddTHH:mm:ss</c> with an optional fraction and no zone, as the exporter writes it.
    /// Such text sorts like the times, so time ranges compare text.
    /// </summary>
    // date() parses the whole text, so only the invalid times that it accepts are checked: invalid days of a month, hour 24, another
    // separator, missing seconds, blanks and zones. A pattern for every digit would be half as fast.
    public const string TimestampReadable =
        "(timestamp >= '0001' AND date(timestamp) = substr(timestamp, 1, 10) AND substr(timestamp, 11, 3) BETWEEN 'T00' AND 'T23' "
        + "AND ((length(timestamp) = 19 AND substr(timestamp, 17, 1) = ':') "
        + "OR (substr(timestamp, 20, 1) = '.' AND substr(timestamp, -1) BETWEEN '0' AND '9' AND substr(timestamp, -3, 1) <> ':')))";

    /// <summary>
    /// The time of the first request among the first thousand rows and all rows with a condition, in seconds since 1970. Of these, only the few that are
    /// earlier than the first thousand are parsed.
    /// </summary>
    internal static string First(string condition = "TRUE") => $"""
        WITH early(timestamp) AS MATERIALIZED (SELECT MIN(timestamp) FROM (SELECT timestamp FROM {Table} ORDER BY rowid LIMIT 1000) WHERE {TimestampReadable})
          SELECT unixepoch(substr(MIN(timestamp), 1, 19)) FROM (
            SELECT timestamp FROM early
            UNION ALL
            SELECT MIN(timestamp) FROM {Table} WHERE {condition} AND timestamp < COALESCE((SELECT timestamp FROM early), 'A') AND {TimestampReadable})
        """;

    /// <summary>The rows of <see cref="Table"/> with their details, if the store has any.</summary>
    internal static string Source(bool hasDetails) => hasDetails ? $"{Table} LEFT JOIN {DetailTable} ON row_id = {Table}.rowid" : Table;

    /// <summary>One of <see cref="Measures.Parts"/> of a row; NULL if it is unknown, or if the parts exceed their whole.</summary>
    internal static string Part(Measure part)
    {
        string whole = part.PartOf == Measures.PromptTokens ? PromptTokens : part.PartOf == Measures.CompletionTokens ? CompletionTokens : $"COALESCE({Part(part.PartOf!)}, 0)";
        Measure[] parts = [.. Measures.Parts.Where(other => other.PartOf == part.PartOf)];
        // The comparison with the whole already checks that the part is a count.
        return parts.Length == 1
            ? $"CASE WHEN {DetailCount(part)} <= {whole} THEN {DetailTable}.{part.Name} END"
            : $"CASE WHEN {string.Join(" + ", parts.Select(other => $"COALESCE({DetailCount(other)}, 0)"))} <= {whole} THEN {DetailCount(part)} END";
    }

    private static string IsCount(string column, int least = 0) =>
        string.Create(CultureInfo.InvariantCulture, $"typeof({column}) = 'integer' AND {column} BETWEEN {least} AND {ValueLimits.MaxTokens}");

    private static string IsReal(string column, double most) => string.Create(CultureInfo.InvariantCulture, $"typeof({column}) IN ('real', 'integer') AND {column} BETWEEN 0 AND {most:0e0}");

    private static string DetailCount(Measure part) => $"CASE WHEN {IsCount($"{DetailTable}.{part.Name}")} THEN {DetailTable}.{part.Name} END";
}
