using System.Text.Json;
using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// The attributes of a span under all names they have had: OpenTelemetry's GenAI conventions since 1.27, OpenInference, OpenLLMetry,
/// OpenLIT, Vercel's AI SDK, Langfuse, MLflow, the coding agents and Observicia. Of several names for one thing the first in the list is
/// taken.
/// </summary>
internal sealed class SpanAttributes
{
    private static readonly (ImportColumn Column, string[] Names)[] Aliases =
    [
        (ImportColumn.PromptTokens,
        [
            "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens", "llm.token_count.prompt", "prompt.tokens", "ai.usage.inputTokens",
            "ai.usage.promptTokens", "ai.usage.tokens", $"{MlflowUsage}.input_tokens", "input_token_count", BareInput,
        ]),
        (ImportColumn.CompletionTokens,
        [
            "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.usage.completion_tokens", "llm.token_count.completion", "completion.tokens",
            "ai.usage.outputTokens", "ai.usage.completionTokens", $"{MlflowUsage}.output_tokens", "output_token_count", "output_tokens",
        ]),
        (ImportColumn.TotalTokens,
        [
            "gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total", "total.tokens", "ai.usage.totalTokens", $"{MlflowUsage}.total_tokens", "total_token_count",
        ]),
        (ImportColumn.CachedTokens,
        [
            "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens", "gen_ai.usage.prompt_tokens_details.cached_tokens",
            "llm.token_count.prompt_details.cache_read", "gen_ai.usage.input_cached_tokens", "gen_ai.usage.cache_read_tokens", "gen_ai.usage.details.cache_read_tokens", "ai.usage.cachedInputTokens",
            "ai.usage.inputTokenDetails.cacheReadTokens", $"{MlflowUsage}.cache_read_input_tokens", "cached_content_token_count", "cached_token_count", "cache_read_tokens",
        ]),
        (ImportColumn.CacheWriteTokens,
        [
            "gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens",
            "gen_ai.usage.prompt_tokens_details.cache_creation_tokens", "llm.token_count.prompt_details.cache_write", "gen_ai.usage.cache_write_tokens",
            "gen_ai.usage.cache_creation_tokens", "gen_ai.usage.details.cache_write_tokens", "ai.usage.inputTokenDetails.cacheWriteTokens", $"{MlflowUsage}.cache_creation_input_tokens", "cache_creation_tokens",
        ]),
        (ImportColumn.ReasoningTokens,
        [
            "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens", "gen_ai.usage.completion_tokens_details.reasoning_tokens",
            "gen_ai.usage.details.reasoning_tokens", "llm.token_count.completion_details.reasoning", "ai.usage.reasoningTokens", "ai.usage.outputTokenDetails.reasoningTokens", "thoughts_token_count", "reasoning_token_count",
        ]),
        (ImportColumn.Model,
        [
            "gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "llm.model", "ai.response.model", "ai.model.id", "langfuse.observation.model.name", "mlflow.llm.model", "model",
        ]),
        (ImportColumn.Provider, ["gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "ai.model.provider", "mlflow.llm.provider"]),
        (ImportColumn.RequestType,
        [
            "gen_ai.operation.name", "llm.request.type", "openinference.span.kind", "langfuse.observation.type", "mlflow.spanType", StepKind, "ai.operationId", "operation.name",
        ]),
        (ImportColumn.User,
        [
            "user.id", "enduser.id", "gen_ai.user", "llm.user", "traceloop.association.properties.user_id", "langfuse.user.id", "ai.telemetry.metadata.userId",
            "mlflow.trace.user", "enduser.pseudo.id",
        ]),
        (ImportColumn.Transaction,
        [
            "gen_ai.conversation.id", "session.id", "transaction_id", "traceloop.correlation.id", "langfuse.session.id", "ai.telemetry.metadata.sessionId",
            "copilot_chat.session_id", "copilot_chat.chat_session_id", "conversation.id", "mlflow.trace.session",
        ]),
        (ImportColumn.Cost, ["gen_ai.usage.cost", "llm.cost.total", $"{LangfuseCost}.total", "cost_usd", "operation.cost"]),
        (ImportColumn.DurationMs, ["duration_ms"]),
    ];

    /// <summary>OpenLLMetry marks workflows, tasks, agents and tools with this, and requests not.</summary>
    public const string StepKind = "traceloop.span.kind";

    /// <summary>Why the call failed.</summary>
    public const string Error = "error.type";

    /// <summary>What Observicia's policies said.</summary>
    public const string PolicyVerdict = "policy.passed";

    /// <summary>The name of an event in a log.</summary>
    public const string EventName = "event.name";

    /// <summary>The provider's own id of the call, where a coding agent tells it.</summary>
    public const string RequestId = "request_id";

    /// <summary>What tools gave to the model, where Gemini CLI and Qwen Code tell it: it is beside the input.</summary>
    public const string ToolTokens = "tool_token_count";

    // Texts that are JSON objects themselves.
    private const string MlflowUsage = "mlflow.chat.tokenUsage";
    private const string LangfuseUsage = "langfuse.observation.usage_details";
    private const string LangfuseCost = "langfuse.observation.cost_details";

    // Claude Code's own name, for a number that leaves out cached tokens.
    private const string BareInput = "input_tokens";

    // Attributes of the resource answer only where the span has none of a column's names.
    private const int ResourceRank = 1000;

    private static readonly Dictionary<string, (ImportColumn Column, int Rank)> ByName = Aliases
        .SelectMany(alias => alias.Names.Select((name, rank) => (Name: name, alias.Column, Rank: rank)))
        .ToDictionary(alias => alias.Name, alias => (alias.Column, alias.Rank));

    private static readonly int BareInputRank = ByName[BareInput].Rank;

    private readonly (string? Text, int Rank)[] _best = new (string?, int)[Enum.GetValues<ImportColumn>().Length];
    private readonly Dictionary<string, string> _others = [];
    private readonly List<string> _unknownCounts = [];

    /// <summary>An attribute of the span that is no column, by one of the names here.</summary>
    public string? this[string name] => _others.GetValueOrDefault(name);

    /// <summary>Names of what looks like token counts and is not known.</summary>
    public IReadOnlyList<string> UnknownCounts => _unknownCounts;

    /// <summary>Takes a span's attributes, and its resource's for what the span does not say.</summary>
    public void Read(JsonElement attributes, JsonElement resource)
    {
        Array.Fill(_best, (null, int.MaxValue));
        _unknownCounts.Clear();
        _others.Clear();
        Read(attributes, 0, "");
        Read(resource, ResourceRank, "");
    }

    /// <summary>Hands on what was found.</summary>
    /// <returns>Whether tokens were.</returns>
    public bool CopyTo(RequestValues values)
    {
        for (int i = 0; i < _best.Length; i++)
            values[(ImportColumn)i] = _best[i].Text;
        values.CacheIsBeside = _best[(int)ImportColumn.PromptTokens].Rank % ResourceRank == BareInputRank;
        if (!values.HasTokens)
            LangfuseExport.ReadUsage(values, this[LangfuseUsage]);
        return values.HasTokens;
    }

    private void Read(JsonElement attributes, int firstRank, string prefix)
    {
        foreach ((string name, JsonElement value) in attributes.Members())
            Take(prefix + name, value, firstRank);
        foreach (JsonElement attribute in attributes.Elements())
        {
            if (attribute.Text("key") is { } key)
            {
                JsonElement value = attribute.Member("value");
                Take(prefix + key, value.ValueKind == JsonValueKind.Object ? Typed(value) : value, firstRank);
            }
        }
    }

    private void Take(string name, JsonElement value, int firstRank)
    {
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
        {
            // { gen_ai.usage: { input_tokens: 1 } } says what gen_ai.usage.input_tokens says.
            Read(value, firstRank, name + ".");
            return;
        }
        if (value.Text() is not { Length: > 0 } text)
            return;
        if (firstRank == 0 && name is StepKind or Error or PolicyVerdict or EventName or RequestId or ToolTokens or LangfuseUsage)
            _others[name] = text;
        if (name is MlflowUsage or LangfuseCost && JsonText.TryParse(text, out JsonElement parts))
        {
            Read(parts, firstRank, name + ".");
        }
        else if (ByName.TryGetValue(name, out (ImportColumn Column, int Rank) alias))
        {
            if (alias.Rank + firstRank < _best[(int)alias.Column].Rank)
                _best[(int)alias.Column] = (text.Trim('"'), alias.Rank + firstRank);
        }
        else if (name.Contains("token", StringComparison.OrdinalIgnoreCase) && value.ValueKind != JsonValueKind.True && char.IsAsciiDigit(text[0])
            && !name.Contains("max", StringComparison.OrdinalIgnoreCase) && !name.Contains("limit", StringComparison.OrdinalIgnoreCase) && !name.Contains("request.", StringComparison.Ordinal))
        {
            _unknownCounts.Add(ValueText.Shorten(name));
        }
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
