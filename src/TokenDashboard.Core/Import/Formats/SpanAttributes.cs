using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// The attributes of a span under all names that have been used for them: OpenTelemetry's GenAI conventions since 1.27, OpenInference,
/// OpenLLMetry, OpenLIT, Genkit, Vercel's AI SDK, Langfuse, MLflow, the coding agents and Observicia. If several names for the same value occur, the
/// first in the list applies.
/// </summary>
internal sealed class SpanAttributes
{
    private static readonly string[] PromptNames =
    [
        "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens", OpenInferencePrompt, "prompt.tokens", "ai.usage.inputTokens",
        "ai.usage.promptTokens", "ai.usage.tokens", $"{MlflowUsage}.input_tokens", "input_token_count", BareInput,
    ];

    private static readonly (ImportColumn Column, string[] Names)[] Aliases =
    [
        (PromptTokens, PromptNames),
        (CompletionTokens, [
            "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.usage.completion_tokens", "llm.token_count.completion", "completion.tokens",
            "ai.usage.outputTokens", "ai.usage.completionTokens", $"{MlflowUsage}.output_tokens", "output_token_count", "output_tokens"]),
        (TotalTokens, [
            "gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total", "total.tokens", "ai.usage.totalTokens", $"{MlflowUsage}.total_tokens", "total_token_count"]),
        (CachedTokens, [
            "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens", "gen_ai.usage.prompt_tokens_details.cached_tokens",
            "llm.token_count.prompt_details.cache_read", "gen_ai.usage.input_cached_tokens", "gen_ai.usage.cache_read_tokens", "gen_ai.usage.details.cache_read_tokens", "ai.usage.cachedInputTokens",
            "ai.usage.inputTokenDetails.cacheReadTokens", $"{MlflowUsage}.cache_read_input_tokens", $"{LangSmithInput}.cache_read", "cached_content_token_count",
            "cached_token_count", "cache_read_tokens", "gen_ai.usage.prompt_tokens_details.cache_read"]),
        (CacheWriteTokens, [
            "gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens",
            "gen_ai.usage.prompt_tokens_details.cache_creation_tokens", "llm.token_count.prompt_details.cache_write", "gen_ai.usage.cache_write_tokens",
            "gen_ai.usage.cache_creation_tokens", "gen_ai.usage.details.cache_write_tokens",
            "ai.usage.inputTokenDetails.cacheWriteTokens", $"{MlflowUsage}.cache_creation_input_tokens", $"{LangSmithInput}.cache_creation", "cache_creation_tokens",
            "cache_write_token_count",
            "gen_ai.usage.prompt_tokens_details.cache_write", "gen_ai.usage.cache_write_input_tokens"]),
        (HourCacheWriteTokens, ["cache_creation_1h_tokens", "anthropic.usage.cache_creation.ephemeral_1h_input_tokens"]),
        (ReasoningTokens, [
            "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens", "gen_ai.usage.completion_tokens_details.reasoning_tokens",
            "gen_ai.usage.details.reasoning_tokens", "llm.token_count.completion_details.reasoning", "ai.usage.reasoningTokens",
            "ai.usage.outputTokenDetails.reasoningTokens", $"{LangSmithOutput}.reasoning", "thoughts_token_count", "reasoning_token_count",
            "gen_ai.usage.completion_tokens_details.reasoning"]),
        (Model, [
            "gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "llm.model", "ai.response.model", "ai.model.id", "langfuse.observation.model.name", "mlflow.llm.model", "model"]),
        (Provider, ["gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "ai.model.provider", "mlflow.llm.provider"]),
        (RequestType, [
            "gen_ai.operation.name", "llm.request.type", "openinference.span.kind", "langfuse.observation.type", "mlflow.spanType", StepKind, "ai.operationId", "operation.name"]),
        (UserId, [
            "user.id", "enduser.id", "gen_ai.user", "llm.user", "traceloop.association.properties.user_id", "langfuse.user.id", "ai.telemetry.metadata.userId",
            "mlflow.trace.user", "enduser.pseudo.id"]),
        (TransactionId, [
            "gen_ai.conversation.id", "session.id", "transaction_id", "traceloop.correlation.id", "langfuse.session.id", "ai.telemetry.metadata.sessionId",
            "copilot_chat.session_id", "copilot_chat.chat_session_id", "conversation.id", "mlflow.trace.session"]),
        (Cost, ["gen_ai.usage.cost", "llm.cost.total", $"{LangfuseCost}.total", "cost_usd", "operation.cost"]),
        (DurationMs, ["duration_ms"]),
    ];

    // Claude Code has a speed.
    private static readonly string[] TierNames = ["openai.response.service_tier", "gen_ai.openai.response.service_tier", "gen_ai.response.service_tier", "speed"];

    /// <summary>OpenLLMetry marks workflows, tasks, agents and tools with this attribute, but not requests.</summary>
    public const string StepKind = "traceloop.span.kind";

    // Texts that contain a JSON object.
    private const string MlflowUsage = "mlflow.chat.tokenUsage";
    private const string LangfuseUsage = "langfuse.observation.usage_details";
    private const string LangfuseCost = "langfuse.observation.cost_details";
    private const string LangSmithInput = "gen_ai.usage.input_token_details";
    private const string LangSmithOutput = "gen_ai.usage.output_token_details";

    private const string OpenInferencePrompt = "llm.token_count.prompt";
    private const string ProviderMetadata = "ai.response.providerMetadata";

    // In a usage object of Anthropic's API.
    private const string HourOfAnthropic = "cache_creation.ephemeral_1h_input_tokens";

    // Claude Code's own name, for a number that excludes cached tokens.
    private const string BareInput = "input_tokens";

    // Instrumentations that copy the number of input tokens from Anthropic's API or Bedrock, which excludes cached tokens.
    private static readonly HashSet<string> ScopesWithoutCache =
    [
        "openlit.instrumentation.anthropic", "openlit.instrumentation.bedrock", "@openlit/instrumentation-anthropic", "@openlit/instrumentation-bedrock", "openlit.anthropic",
        "opentelemetry.instrumentation.bedrock", "@arizeai/openinference-instrumentation-bedrock", "@traceloop/instrumentation-anthropic",
    ];

    // The AI SDK also writes the rest of its counts, without the counts in some spans.
    private static readonly HashSet<string> Known = [.. Aliases.SelectMany(alias => alias.Names), "ai.usage.inputTokenDetails.noCacheTokens", "ai.usage.outputTokenDetails.textTokens"];

    private readonly Dictionary<string, string> _texts = [];
    private readonly SpanAttributes? _resource;

    /// <summary>Attributes as an object or in the format of OTLP, and the resource's attributes for values that the span does not have.</summary>
    public SpanAttributes(JsonElement attributes, SpanAttributes? resource)
    {
        _resource = resource;
        Read(attributes, "");
    }

    public string? this[string name] => _texts.GetValueOrDefault(name);

    /// <summary>Unknown names that look like parts of the tokens that were not found.</summary>
    public IEnumerable<string> UnknownParts(RequestValues values)
    {
        return UnknownCounts.Where(name => this[name] != "0" && IsPart(name));

        bool IsPart(string name)
        {
            bool Has(string part) => name.Contains(part, StringComparison.OrdinalIgnoreCase);
            return Has("cache") && !Has("no_cache") && !Has("noCache") && !Has("uncached") ? values[Has("writ") || Has("creat") ? CacheWriteTokens : CachedTokens] is null
                : (Has("reason") || Has("think") || Has("thought")) && values[ReasoningTokens] is null;
        }
    }

    /// <summary>Unknown names that look like token counts.</summary>
    public IEnumerable<string> UnknownCounts => _texts
        .Where(text => text.Key.Contains("token", StringComparison.OrdinalIgnoreCase) && char.IsAsciiDigit(text.Value[0]) && !Known.Contains(text.Key))
        .Select(text => text.Key)
        .Where(name => !name.Contains("max", StringComparison.OrdinalIgnoreCase) && !name.Contains("limit", StringComparison.OrdinalIgnoreCase)
            && !name.Contains("request.", StringComparison.Ordinal));

    /// <summary>Copies the values that were found, and returns whether there are token counts. The scope is the name of the instrumentation, or null.</summary>
    public bool CopyTo(RequestValues values, string? scope)
    {
        foreach ((ImportColumn column, string[] names) in Aliases)
            values[column] = First(names) ?? _resource?.First(names);
        if (values[Provider] == "github" && (scope?.Contains("copilot", StringComparison.Ordinal) == true || _texts.Keys.Any(IsCopilots)))
            values[Provider] = CopilotSession.ProviderName;
        values.ServiceTier = First(TierNames);
        bool isProvidersNumber = ReadMetadata(values) || (scope is not null && ScopesWithoutCache.Contains(scope));
        if (_texts.ContainsKey(OpenInferencePrompt))
            ReadResponse(values);
        values.CacheIsExcluded = isProvidersNumber || Array.Find(PromptNames, _texts.ContainsKey) == BareInput;
        if (isProvidersNumber)
            ReadTotal(values);
        if (!values.HasTokens)
            LangfuseExport.ReadUsage(values, this[LangfuseUsage]);
        if (!values.HasTokens)
            GenkitSpan.ReadUsage(values, this);
        return values.HasTokens;
    }

    // In spans of VS Code and the CLI. GitHub also provides models without Copilot, which have no price in its list.
    private static bool IsCopilots(string name) => name.StartsWith("github.copilot.", StringComparison.Ordinal) || name.StartsWith("copilot_chat.", StringComparison.Ordinal);

    /// <summary>Reads what the providers' metadata contain and the other attributes of Vercel's AI SDK lack.</summary>
    /// <returns>Whether the number of input tokens is Anthropic's, which excludes cached tokens.</returns>
    private bool ReadMetadata(RequestValues values)
    {
        if (!JsonText.TryParse(this[ProviderMetadata], out JsonElement metadata))
            return false;
        JsonElement usage = metadata.At("anthropic.usage");
        values.ServiceTier ??= metadata.At("openai.serviceTier").Text() ?? ClaudeCodeTranscript.TierOf(usage);
        values[CachedTokens] ??= usage.Text("cache_read_input_tokens");
        values[CacheWriteTokens] ??= usage.Text("cache_creation_input_tokens");
        values[HourCacheWriteTokens] ??= usage.At(HourOfAnthropic).Text();
        // Version 5 copies the number. Later versions add cached tokens.
        return usage.Text("input_tokens") is { } input && input == values[PromptTokens];
    }

    /// <summary>Reads what the response of the provider contains and the attributes of OpenInference lack.</summary>
    private void ReadResponse(RequestValues values)
    {
        // An exception for truncated text takes longer than reading a request.
        if (this["output.value"] is not ['{', .., '}'] output || !JsonText.TryParse(output, out JsonElement response))
            return;
        JsonElement message = response.Member("generations").Elements().FirstOrDefault().Elements().FirstOrDefault().At("message.kwargs");
        JsonElement usage = message.Member("usage_metadata") is { ValueKind: JsonValueKind.Object } own ? own : response.Member("usage");
        values.ServiceTier ??= response.Text("service_tier") ?? message.At("response_metadata.service_tier").Text() ?? ClaudeCodeTranscript.TierOf(usage);
        values[CachedTokens] ??= usage.Text("cacheReadInputTokens");
        values[CacheWriteTokens] ??= usage.Text("cacheWriteInputTokens") ?? usage.At("prompt_tokens_details.cache_write_tokens").Text()
            ?? usage.At("input_tokens_details.cache_write_tokens").Text() ?? usage.At("input_token_details.cache_creation").Text();
        values[HourCacheWriteTokens] ??= usage.At(HourOfAnthropic).Text();
        // The model is the name of its maker in spans for inference profiles of Bedrock.
        if (values[Model] is { } model && model == this["llm.system"])
        {
            _ = JsonText.TryParse(this["input.value"] is ['{', .., '}'] input ? input : null, out JsonElement request);
            values[Model] = request.Text("modelId") ?? response.Text("model") ?? model;
        }
    }

    /// <summary>Reads a total next to a number of input tokens without cached tokens. It is their sum with the output, or Bedrock's total, which includes cached tokens.</summary>
    private static void ReadTotal(RequestValues values)
    {
        _ = ValueText.TryCount(values[PromptTokens], out long prompt);
        _ = ValueText.TryCount(values[CompletionTokens], out long completion);
        if (!ValueText.TryCount(values[TotalTokens], out long total) || total <= prompt + completion)
            values[TotalTokens] = null;
        else if (values[CachedTokens] is null && values[CacheWriteTokens] is null)
            values.Set(PromptTokens, total - completion);
    }

    private string? First(string[] names) => Array.Find(names, _texts.ContainsKey) is { } name ? _texts[name].Trim('"') : null;

    private void Read(JsonElement attributes, string prefix)
    {
        foreach ((string name, JsonElement value) in attributes.Members())
            Take(prefix + name, value);
        foreach (JsonElement attribute in attributes.Elements())
        {
            if (attribute.Text("key") is { } key)
                Take(prefix + key, attribute.Member("value") is { ValueKind: JsonValueKind.Object } value ? Typed(value) : attribute.Member("value"));
        }
    }

    private void Take(string name, JsonElement value)
    {
        // { gen_ai.usage: { input_tokens: 1 } } is the same as gen_ai.usage.input_tokens.
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            Read(value, name + ".");
        else if (name is MlflowUsage or LangfuseCost or LangSmithInput or LangSmithOutput && JsonText.TryParse(value.Text(), out JsonElement parts))
            Read(parts, name + ".");
        else if (value.Text() is { Length: > 0 } text)
            _texts.TryAdd(name, text);
    }

    private static JsonElement Typed(JsonElement value)
    {
        (string name, JsonElement typed) = value.Members().FirstOrDefault();
        return name switch
        {
            "stringValue" or "intValue" or "doubleValue" or "boolValue" => typed,
            "kvlistValue" => typed.Member("values"),
            _ => default,
        };
    }
}
