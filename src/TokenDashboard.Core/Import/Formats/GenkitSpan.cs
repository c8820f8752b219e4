using TokenDashboard.Import.Reading;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Spans of Genkit. Token counts are only in the result of a model, as JSON in a text, which also contains the provider's response. The spans around it
/// repeat the result, but are not those of a model.
/// </summary>
internal static class GenkitSpan
{
    /// <summary>Reads what a span of a model or an embedder contains.</summary>
    public static void ReadUsage(RequestValues values, SpanAttributes span)
    {
        values[RequestType] ??= span["genkit:metadata:subtype"] switch { "model" => "chat", "embedder" => "embeddings", _ => null };
        if (values[RequestType] is null || !JsonText.TryParse(span["genkit:output"], out JsonElement output))
            return;
        JsonElement usage = output.Member("usage"), own = usage.Member("custom"), raw = output.Member("raw"), providers = raw.Member("usage");
        if (span["genkit:name"]?.Split('/', 2) is [var provider, var model])
            (values[Provider], values[Model]) = (provider, model);
        values[PromptTokens] = usage.Text("inputTokens");
        values[CompletionTokens] = usage.Text("outputTokens");
        values[TotalTokens] = usage.Text("totalTokens");
        values[CachedTokens] = usage.Text("cachedContentTokens") ?? own.Text("cache_read_input_tokens") ?? providers.At("prompt_tokens_details.cached_tokens").Text();
        values[CacheWriteTokens] = own.Text("cache_creation_input_tokens");
        values[HourCacheWriteTokens] = own.Text("ephemeral_1h_input_tokens");
        values[ReasoningTokens] = usage.Text("thoughtsTokens") ?? providers.At("completion_tokens_details.reasoning_tokens").Text() ?? providers.At("output_tokens_details.thinking_tokens").Text();
        values.ServiceTier = raw.Text("service_tier") ?? ClaudeCodeTranscript.TierOf(providers);
        // Anthropic's number of input tokens.
        values.CacheIsExcluded = own.Text("cache_read_input_tokens") is not null;
    }
}
