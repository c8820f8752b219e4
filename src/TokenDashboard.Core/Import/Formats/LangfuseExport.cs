using System.Text.Json;
using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Observations that Langfuse exports or its API gives, as CSV, JSON or JSON lines. Generations and embeddings count; they are known again
/// by trace and observation, and may lie in one another as spans do.
/// </summary>
internal static class LangfuseExport
{
    private static readonly string[] Requests = ["GENERATION", "EMBEDDING"];

    private static readonly RecordShape Shape = new("langfuse", new ColumnMap(
        (ImportColumn.TraceId, ["traceId", "trace_id"]), (ImportColumn.SpanId, ["id"]), (ImportColumn.Id, ["id"]), (ImportColumn.ParentSpanId, ["parentObservationId", "parent_observation_id"]),
        (ImportColumn.Timestamp, ["startTime", "start_time"]), (ImportColumn.EndTime, ["endTime", "end_time"]), (ImportColumn.Model, ["model", "providedModelName", "provided_model_name"]),
        (ImportColumn.User, ["userId", "user_id"]), (ImportColumn.Transaction, ["sessionId", "session_id"]), (ImportColumn.Cost, ["totalCost", "total_cost", "calculatedTotalCost", "costDetails.total"])))
    {
        IsTree = true,
        IsRequest = record => Requests.Contains(record("type"), StringComparer.OrdinalIgnoreCase),
        Complete = Complete,
    };

    public static readonly UsageFormat Format = UsageFormat.Of(ImportFormat.Langfuse, "observations of type GENERATION or EMBEDDING with usageDetails", Shape,
        isJson: marks => IsObservation(marks, "") || IsObservation(marks, "data.") || IsObservation(marks, "observations."), isCsv: marks => IsObservation(marks, ""));

    /// <summary>
    /// Reads usage details, whose keys are free: those of input and of the cache make the prompt tokens, for <c>input</c> leaves out what
    /// has a key of its own, and those of output the completion tokens.
    /// </summary>
    public static void ReadUsage(RequestValues values, string? details)
    {
        if (!JsonText.TryParse(details, out JsonElement usage))
        {
            return;
        }
        long prompt = 0, completion = 0, read = -1, written = -1, reasoning = -1;
        foreach ((string name, JsonElement part) in usage.Members())
        {
            if (part.ValueKind != JsonValueKind.Number || !part.TryGetInt64(out long count) || count < 0)
            {
                continue;
            }
            bool isCache = name.Contains("cache", StringComparison.OrdinalIgnoreCase), isWritten = isCache && (name.Contains("creation", StringComparison.Ordinal) || name.Contains("write", StringComparison.Ordinal));
            if (name is "total" or "total_tokens" or "totalTokens")
            {
                values.Set(ImportColumn.TotalTokens, count);
            }
            else if (name.StartsWith("output", StringComparison.Ordinal) || name.StartsWith("completion", StringComparison.Ordinal) || name.Contains("reasoning", StringComparison.Ordinal))
            {
                completion += count;
                reasoning = name.Contains("reasoning", StringComparison.Ordinal) ? Math.Max(0, reasoning) + count : reasoning;
            }
            else if (isCache || name.StartsWith("input", StringComparison.Ordinal) || name.StartsWith("prompt", StringComparison.Ordinal))
            {
                prompt += count;
                (read, written) = isWritten ? (read, Math.Max(0, written) + count) : isCache ? (Math.Max(0, read) + count, written) : (read, written);
            }
        }
        if (prompt + completion == 0 && !values.HasTokens)
        {
            return;
        }
        values.Set(ImportColumn.PromptTokens, prompt);
        values.Set(ImportColumn.CompletionTokens, completion);
        foreach ((ImportColumn column, long count) in ((ImportColumn, long)[])[(ImportColumn.CachedTokens, read), (ImportColumn.CacheWriteTokens, written), (ImportColumn.ReasoningTokens, reasoning)])
        {
            if (count >= 0)
            {
                values.Set(column, count);
            }
        }
    }

    private static bool IsObservation(Marks marks, string at) =>
        marks.HasAny(at + "traceId", at + "trace_id") && marks.Has(at + "type") && marks.HasAny(at + "usageDetails", at + "usage_details", at + "parentObservationId", at + "parent_observation_id", at + "promptTokens");

    private static void Complete(RequestValues values, Func<string, string?> record)
    {
        ReadUsage(values, record("usageDetails") ?? record("usage_details"));
        if (!values.HasTokens)
        {
            ReadUsage(values, record("usage"));
        }
        if (!values.HasTokens)
        {
            (values[ImportColumn.PromptTokens], values[ImportColumn.CompletionTokens], values[ImportColumn.TotalTokens]) = (record("promptTokens"), record("completionTokens"), record("totalTokens"));
        }
        values[ImportColumn.RequestType] = string.Equals(record("type"), "EMBEDDING", StringComparison.OrdinalIgnoreCase) ? "embeddings" : "chat";
        values[ImportColumn.Success] = record("level") == "ERROR" ? "false" : null;
    }
}
