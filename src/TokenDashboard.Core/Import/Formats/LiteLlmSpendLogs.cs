using TokenDashboard.Import.Reading;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Spend logs of a LiteLLM proxy (table LiteLLM_SpendLogs of its schema.prisma), as CSV, JSON lines, arrays or pages. Messages, responses,
/// keys and addresses are never imported. Requests are identified by <c>request_id</c>.
/// </summary>
internal static class LiteLlmSpendLogs
{
    public static readonly UsageFormat Format = new(ImportFormat.LiteLlm, "rows with startTime and prompt_tokens")
    {
        IsJson = IsLog,
        IsCsv = IsLog,
        Columns = new ColumnMap(
            (Id, ["request_id"]), (SpanId, ["request_id"]), (Timestamp, ["startTime"]), (EndTime, ["endTime"]), (DurationMs, ["request_duration_ms"]),
            (TransactionId, ["session_id"]), (UserId, ["user"]), (Model, ["model"]), (Provider, ["custom_llm_provider"]), (RequestType, ["call_type"]),
            (PromptTokens, ["prompt_tokens"]), (CompletionTokens, ["completion_tokens"]), (TotalTokens, ["total_tokens"]),
            (CachedTokens, ["cache_read_input_tokens"]), (CacheWriteTokens, ["cache_creation_input_tokens"]), (Cost, ["spend"]), (Success, ["status"])),
        Complete = Complete,
        Noted = (
            "Requests that LiteLLM answered from its cache, which cost nothing, as RecordedCost shows. Their Cost is that of the price list",
            record => string.Equals(record("cache_hit"), "True", StringComparison.OrdinalIgnoreCase)),
    };

    private static bool IsLog(Marks marks) => marks.Has("request_id") && marks.HasAny("startTime", "spend");

    /// <summary>Reads the parts of the tokens from the provider's usage object.</summary>
    private static void Complete(RequestValues values, Func<string, string?> record)
    {
        if (JsonText.TryParse(record("metadata"), out var metadata))
        {
            foreach (JsonElement usage in (JsonElement[])[metadata.Member("usage_object"), metadata.Member("additional_usage_values")])
            {
                values[CachedTokens] ??= usage.Text("cache_read_input_tokens") ?? usage.At("prompt_tokens_details.cached_tokens").Text();
                values[CacheWriteTokens] ??= usage.Text("cache_creation_input_tokens") ?? usage.At("prompt_tokens_details.cache_creation_tokens").Text();
                values[HourCacheWriteTokens] ??= usage.At("prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens").Text();
                values.ServiceTier ??= ClaudeCodeTranscript.TierOf(usage);
                values[ReasoningTokens] ??= usage.At("completion_tokens_details.reasoning_tokens").Text();
            }
        }
    }
}
