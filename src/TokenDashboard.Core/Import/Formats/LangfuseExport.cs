using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Observations that Langfuse exports or its API returns, as CSV, JSON or JSON lines. Generations and embeddings are requests. They are identified
/// by trace and observation, and can be nested like spans.
/// </summary>
internal static class LangfuseExport
{
    public static readonly UsageFormat Format = new(ImportFormat.Langfuse, "observations of type GENERATION or EMBEDDING with usageDetails")
    {
        IsJson = IsObservation,
        IsCsv = IsObservation,
        Columns = new ColumnMap(
            (TraceId, ["traceId", "trace_id"]), (SpanId, ["id"]), (Id, ["id"]), (ParentSpanId, ["parentObservationId", "parent_observation_id"]),
            (Timestamp, ["startTime", "start_time"]), (EndTime, ["endTime", "end_time"]), (Model, ["model", "providedModelName", "provided_model_name"]),
            (UserId, ["userId", "user_id", "trace.userId"]), (TransactionId, ["sessionId", "session_id", "trace.sessionId"]),
            (Cost, ["totalCost", "total_cost", "calculatedTotalCost", "costDetails.total", "cost_details.total"])),
        // The user is a property of the trace, not of each observation.
        Around = ["trace.userId", "trace.sessionId"],
        IsTree = true,
        // Rows of Langfuse's table stay in it after they are deleted.
        IsRequest = record => record("type")?.ToUpperInvariant() is "GENERATION" or "EMBEDDING" && record("is_deleted") is not ("1" or "true"),
        HasFailed = record => record("level") == "ERROR",
        Complete = Complete,
    };

    /// <summary>
    /// Reads usage details, which can have any keys. Input and cache keys add up to the prompt tokens, because <c>input</c> excludes tokens with
    /// a separate key. Output keys add up to the completion tokens. Keys such as <c>prompt_details.cache_read</c> are parts of them. Without a total, so are
    /// the keys that Langfuse's library for OpenAI adds to the whole input and output.
    /// </summary>
    public static void ReadUsage(RequestValues values, string? details)
    {
        if (!JsonText.TryParse(details, out JsonElement usage) || usage.Text("unit") is { Length: > 0 } and not "TOKENS")
            return;
        var counts = new Dictionary<ImportColumn, long>();
        long byLifetime = 0;
        long? oneHour = null;
        bool hasTotal = usage.Members().Any(member => Column(member.Name) == TotalTokens);
        values.CacheIsExcluded = values.ReasoningIsExcluded = true;
        foreach ((string name, JsonElement part) in usage.Members())
        {
            if (part.Text() is { } text && ValueText.TryCount(text, out long count) && Column(name) is { } column)
            {
                if (column == CacheWriteTokens && IsByLifetime(name))
                {
                    byLifetime += count;
                    oneHour = IsOneHour(name) ? (oneHour ?? 0) + count : oneHour;
                }
                else
                    counts[column] = counts.GetValueOrDefault(column) + count;
                bool isInWhole = name.Contains("details", StringComparison.Ordinal);
                values.CacheIsExcluded &= !isInWhole && (hasTotal || name != "input_cached_tokens");
                values.ReasoningIsExcluded &= !isInWhole && (hasTotal || name != "output_reasoning_tokens");
            }
        }
        // The numbers by lifetime repeat the single number, unless it is incomplete.
        if (byLifetime > counts.GetValueOrDefault(CacheWriteTokens))
            counts[CacheWriteTokens] = byLifetime;
        if (oneHour is { } tokens)
            counts[HourCacheWriteTokens] = tokens;
        foreach ((ImportColumn column, long count) in counts)
            values.Set(column, count);
    }

    private static ImportColumn? Column(string name)
    {
        bool Has(string part) => name.Contains(part, StringComparison.OrdinalIgnoreCase);
        return name is "total" or "total_tokens" or "totalTokens" ? TotalTokens
            : Has("ephemeral") ? CacheWriteTokens
            : Has("cache") ? Has("creation") || Has("write") ? CacheWriteTokens : CachedTokens
            : Has("reasoning") ? ReasoningTokens
            : Has("details") ? null
            : name.StartsWith("output", StringComparison.Ordinal) || name.StartsWith("completion", StringComparison.Ordinal) ? CompletionTokens
            : name.StartsWith("input", StringComparison.Ordinal) || name.StartsWith("prompt", StringComparison.Ordinal) ? PromptTokens
            : null;
    }

    // Five minutes or an hour, as in input_ephemeral_5m_input_tokens.
    private static bool IsByLifetime(string name) => name.Contains("_5m", StringComparison.OrdinalIgnoreCase) || IsOneHour(name);

    private static bool IsOneHour(string name) => name.Contains("_1h", StringComparison.OrdinalIgnoreCase);

    private static bool IsObservation(Marks marks) =>
        marks.HasAny("traceId", "trace_id") && marks.Has("type") && marks.HasAny("usageDetails", "usage_details", "parentObservationId", "parent_observation_id", "promptTokens");

    private static void Complete(RequestValues values, Func<string, string?> record)
    {
        ReadUsage(values, record("usageDetails") ?? record("usage_details"));
        if (!values.HasTokens)
            ReadUsage(values, record("usage"));
        if (!values.HasTokens)
            (values[PromptTokens], values[CompletionTokens], values[TotalTokens]) = (record("promptTokens"), record("completionTokens"), record("totalTokens"));
        values[RequestType] = string.Equals(record("type"), "EMBEDDING", StringComparison.OrdinalIgnoreCase) ? "embeddings" : "chat";
    }
}
