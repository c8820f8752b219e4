using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Spend logs of a LiteLLM proxy (table LiteLLM_SpendLogs of its schema.prisma), as CSV, JSON lines, arrays or pages. Messages, responses,
/// keys and addresses are never taken. Requests are known again by <c>request_id</c>.
/// </summary>
internal static class LiteLlmSpendLogs
{
    private static readonly RecordShape Shape = new("litellm", new ColumnMap(
        (ImportColumn.Id, ["request_id"]), (ImportColumn.SpanId, ["request_id"]), (ImportColumn.Timestamp, ["startTime"]), (ImportColumn.EndTime, ["endTime"]),
        (ImportColumn.DurationMs, ["request_duration_ms"]), (ImportColumn.Transaction, ["session_id"]), (ImportColumn.User, ["user"]), (ImportColumn.Model, ["model"]),
        (ImportColumn.Provider, ["custom_llm_provider"]), (ImportColumn.RequestType, ["call_type"]), (ImportColumn.PromptTokens, ["prompt_tokens"]),
        (ImportColumn.CompletionTokens, ["completion_tokens"]), (ImportColumn.TotalTokens, ["total_tokens"]), (ImportColumn.Cost, ["spend"]), (ImportColumn.Success, ["status"])))
    {
        Complete = Complete,
    };

    public static readonly UsageFormat Format = UsageFormat.Of(ImportFormat.LiteLlm, "rows with startTime and prompt_tokens", Shape,
        isJson: marks => IsLog(marks, "") || IsLog(marks, "data.") || IsLog(marks, "logs."), isCsv: marks => IsLog(marks, ""));

    private static bool IsLog(Marks marks, string at) => marks.Has(at + "request_id") && marks.HasAny(at + "startTime", at + "spend");

    /// <summary>Takes the parts of the tokens from the provider's own usage object.</summary>
    private static void Complete(RequestValues values, Func<string, string?> record)
    {
        if (JsonText.TryParse(record("metadata"), out var metadata))
        {
            values[ImportColumn.CachedTokens] ??= metadata.At("usage_object.cache_read_input_tokens").Text() ?? metadata.At("usage_object.prompt_tokens_details.cached_tokens").Text();
            values[ImportColumn.CacheWriteTokens] ??= metadata.At("usage_object.cache_creation_input_tokens").Text() ?? metadata.At("usage_object.prompt_tokens_details.cache_creation_tokens").Text();
            values[ImportColumn.ReasoningTokens] ??= metadata.At("usage_object.completion_tokens_details.reasoning_tokens").Text();
        }
    }
}
