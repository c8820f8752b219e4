using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Formats;

/// <summary>The activity log that OpenRouter exports as CSV, one generation a row, known again by its id.</summary>
internal static class OpenRouterActivity
{
    public static readonly UsageFormat Format = new(ImportFormat.OpenRouter, "rows with created_at and tokens_prompt")
    {
        IsCsv = marks => marks.Has("generation_id", "tokens_prompt"),
        Columns = new ColumnMap(
            (ImportColumn.Id, ["generation_id"]), (ImportColumn.SpanId, ["generation_id"]), (ImportColumn.Timestamp, ["created_at"]), (ImportColumn.User, ["user", "api_key_name"]),
            (ImportColumn.Transaction, ["session_id"]), (ImportColumn.Model, ["model_permaslug", "model"]), (ImportColumn.Provider, ["provider_name"]),
            (ImportColumn.PromptTokens, ["tokens_prompt"]), (ImportColumn.CompletionTokens, ["tokens_completion"]), (ImportColumn.CachedTokens, ["tokens_cached"]),
            (ImportColumn.ReasoningTokens, ["tokens_reasoning"]), (ImportColumn.Cost, ["cost_total"]), (ImportColumn.DurationMs, ["generation_time_ms"]), UsageFormat.Chat),
        HasFailed = record => record("finish_reason_normalized") == "error",
    };
}
