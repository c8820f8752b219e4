using TokenDashboard.Import.Reading;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// The activity log that OpenRouter exports as CSV, one generation per row, identified by its id. The provider is OpenRouter, because model names and
/// prices are its own, and not the host that it used, which <c>provider_name</c> contains.
/// </summary>
internal static class OpenRouterActivity
{
    public static readonly UsageFormat Format = new(ImportFormat.OpenRouter, "rows with created_at and tokens_prompt")
    {
        IsCsv = marks => marks.Has("generation_id", "tokens_prompt"),
        Columns = new ColumnMap(
            (Id, ["generation_id"]), (SpanId, ["generation_id"]), (Timestamp, ["created_at"]), (UserId, ["user", "api_key_name"]),
            (TransactionId, ["session_id"]), (Model, ["model_permaslug", "model"]), (Provider, ["=openrouter"]), (PromptTokens, ["tokens_prompt"]),
            (CompletionTokens, ["tokens_completion"]), (CachedTokens, ["tokens_cached"]), (ReasoningTokens, ["tokens_reasoning"]), (Cost, ["cost_total"]),
            (DurationMs, ["generation_time_ms"]), UsageFormat.Chat),
        Complete = Complete,
        HasFailed = record => record("finish_reason_normalized") == "error",
    };

    private static void Complete(RequestValues values, Func<string, string?> record)
    {
        if (record("variant") == "free" && values[Model] is { } model && !model.EndsWith(":free", StringComparison.Ordinal))
            values[Model] = $"{model}:free";
    }
}
