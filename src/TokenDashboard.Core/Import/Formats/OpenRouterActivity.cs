using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>The activity log that OpenRouter exports as CSV, one generation per row, identified by its id.</summary>
internal static class OpenRouterActivity
{
    public static readonly UsageFormat Format = new(ImportFormat.OpenRouter, "rows with created_at and tokens_prompt")
    {
        IsCsv = marks => marks.Has("generation_id", "tokens_prompt"),
        Columns = new ColumnMap(
            (Id, ["generation_id"]), (SpanId, ["generation_id"]), (Timestamp, ["created_at"]), (UserId, ["user", "api_key_name"]),
            (TransactionId, ["session_id"]), (Model, ["model_permaslug", "model"]), (Provider, ["provider_name"]), (PromptTokens, ["tokens_prompt"]),
            (CompletionTokens, ["tokens_completion"]), (CachedTokens, ["tokens_cached"]), (ReasoningTokens, ["tokens_reasoning"]), (Cost, ["cost_total"]),
            (DurationMs, ["generation_time_ms"]), UsageFormat.Chat),
        HasFailed = record => record("finish_reason_normalized") == "error",
    };
}
