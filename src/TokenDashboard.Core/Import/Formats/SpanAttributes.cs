using System.Text.Json;
using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// The attributes of a span under all names they have had: OpenTelemetry's GenAI conventions since 1.27, OpenInference, OpenLLMetry,
/// OpenLIT and Observicia. Of several names for one thing the first in the list is taken.
/// </summary>
internal sealed class SpanAttributes
{
    private static readonly (ImportColumn Column, string[] Names)[] Aliases =
    [
        (ImportColumn.PromptTokens, ["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens", "llm.token_count.prompt", "prompt.tokens"]),
        (ImportColumn.CompletionTokens, ["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.usage.completion_tokens", "llm.token_count.completion", "completion.tokens"]),
        (ImportColumn.TotalTokens, ["gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total", "total.tokens"]),
        (ImportColumn.CachedTokens,
        [
            "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens", "gen_ai.usage.prompt_tokens_details.cached_tokens",
            "llm.token_count.prompt_details.cache_read", "gen_ai.usage.input_cached_tokens",
        ]),
        (ImportColumn.CacheWriteTokens,
        [
            "gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens",
            "gen_ai.usage.prompt_tokens_details.cache_creation_tokens", "llm.token_count.prompt_details.cache_write",
        ]),
        (ImportColumn.ReasoningTokens,
        [
            "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens", "gen_ai.usage.completion_tokens_details.reasoning_tokens",
            "llm.token_count.completion_details.reasoning",
        ]),
        (ImportColumn.Model, ["gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "llm.model"]),
        (ImportColumn.Provider, ["gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system"]),
        (ImportColumn.RequestType, ["gen_ai.operation.name", "llm.request.type", "openinference.span.kind", StepKind]),
        (ImportColumn.User, ["user.id", "enduser.id", "gen_ai.user", "llm.user", "traceloop.association.properties.user_id"]),
        (ImportColumn.Transaction, ["gen_ai.conversation.id", "session.id", "transaction_id", "traceloop.correlation.id"]),
        (ImportColumn.Cost, ["gen_ai.usage.cost", "llm.cost.total"]),
    ];

    // OpenLLMetry marks workflows, tasks, agents and tools with this, and requests not.
    private const string StepKind = "traceloop.span.kind";
    private const string Error = "error.type";
    private const string PolicyVerdict = "policy.passed";

    // Attributes of the resource answer only where the span has none of a column's names.
    private const int ResourceRank = 1000;

    private static readonly Dictionary<string, (ImportColumn Column, int Rank)> ByName = Aliases
        .SelectMany(alias => alias.Names.Select((name, rank) => (Name: name, alias.Column, Rank: rank)))
        .ToDictionary(alias => alias.Name, alias => (alias.Column, alias.Rank));

    private readonly (string? Text, int Rank)[] _best = new (string?, int)[Enum.GetValues<ImportColumn>().Length];

    /// <summary>Whether the span says that the call failed.</summary>
    public bool HasError { get; private set; }

    /// <summary>Whether the span is a step of a program and not a request.</summary>
    public bool IsStep { get; private set; }

    /// <summary>What Observicia's policies said, or null.</summary>
    public string? Verdict { get; private set; }

    /// <summary>Takes a span's attributes, and its resource's for what the span does not say.</summary>
    public void Read(JsonElement attributes, JsonElement resource)
    {
        Array.Fill(_best, (null, int.MaxValue));
        (HasError, IsStep, Verdict) = (false, false, null);
        Read(attributes, 0);
        Read(resource, ResourceRank);
    }

    /// <summary>Hands on what was found.</summary>
    /// <returns>Whether tokens were.</returns>
    public bool CopyTo(RequestValues values)
    {
        for (int i = 0; i < _best.Length; i++)
        {
            values[(ImportColumn)i] = _best[i].Text;
        }
        return values[ImportColumn.PromptTokens] is not null || values[ImportColumn.CompletionTokens] is not null || values[ImportColumn.TotalTokens] is not null;
    }

    private void Read(JsonElement attributes, int firstRank, string prefix = "")
    {
        foreach (JsonElement attribute in attributes.Elements())
        {
            if (attribute.Text("key") is not { } key)
            {
                continue;
            }
            string name = prefix + key;
            JsonElement parts = attribute.Member("value").Member("kvlistValue").Member("values");
            if (parts.ValueKind == JsonValueKind.Array)
            {
                // { gen_ai.usage: { input_tokens: 1 } } says what gen_ai.usage.input_tokens says.
                Read(parts, firstRank, name + ".");
                continue;
            }
            if (firstRank == 0)
            {
                HasError |= name == Error;
                IsStep |= name == StepKind;
                Verdict = name == PolicyVerdict ? Value(attribute) : Verdict;
            }
            if (ByName.TryGetValue(name, out (ImportColumn Column, int Rank) alias)
                && alias.Rank + firstRank < _best[(int)alias.Column].Rank
                && Value(attribute) is { Length: > 0 } text)
            {
                _best[(int)alias.Column] = (text, alias.Rank + firstRank);
            }
        }
    }

    private static string? Value(JsonElement attribute)
    {
        JsonElement value = attribute.Member("value");
        return value.Text("stringValue") ?? value.Text("intValue") ?? value.Text("doubleValue") ?? value.Text("boolValue");
    }
}
