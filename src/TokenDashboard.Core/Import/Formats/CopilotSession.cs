using TokenDashboard.Import.Reading;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Sessions of GitHub Copilot CLI, as JSON lines. Each request of the session and its subagents has a record of its usage. The requests of a compaction
/// have no records. Their sum is in the line at its end.
/// </summary>
internal sealed class CopilotSession(ImportSink sink)
{
    /// <summary>The provider in the price list, which has Copilot's own prices.</summary>
    public const string ProviderName = "github-copilot";

    public static readonly UsageFormat Format = new(ImportFormat.CopilotCli, "session.usage_record")
    {
        IsJson = marks => marks.Has("data", "id", "timestamp") && marks.HasAny("type=session.start", "type=session.resume", "type=session.usage_record"),
        Reader = (lines, sink, _) => JsonLines.ReadValues(lines, sink, new CopilotSession(sink).ReadLine),
    };

    private readonly RecordSink _requests = new(sink, Format);
    private string? _session;
    private string? _provider = ProviderName;

    private string? ReadLine(JsonElement line)
    {
        JsonElement data = line.Member("data");
        switch (line.Text("type"))
        {
            case "session.start":
                _session = data.Text("sessionId") ?? _session;
                return null;
            case "session.usage_record":
                return Add(line, data.Member("usage"));
            case "session.compaction_complete":
                return Add(line, data.Member("compactionTokensUsed"));
            default:
                return JsonLines.NoRequest;
        }
    }

    private string? Add(JsonElement line, JsonElement usage)
    {
        if ((usage.Text("inputTokens") ?? usage.Text("outputTokens")) is null)
            return JsonLines.NoRequest;
        JsonElement account = usage.Member("accounting");
        RequestValues values = _requests.Values;
        values.Clear();
        values[Timestamp] = line.Text("timestamp");
        values[TransactionId] = _session ?? account.Text("sourceSessionId");
        values[Model] = usage.Text("model");
        // GitHub does not bill requests with a key of the user. Only records contain this.
        values[Provider] = _provider = usage.Member("isByok").ValueKind switch
        {
            JsonValueKind.True => usage.Text("providerType"),
            JsonValueKind.False => ProviderName,
            _ => _provider,
        };
        values[RequestType] = "chat";
        values[PromptTokens] = usage.Text("inputTokens");
        values[CompletionTokens] = usage.Text("outputTokens");
        values[CachedTokens] = usage.Text("cacheReadTokens");
        values[CacheWriteTokens] = usage.Text("cacheWriteTokens");
        values[ReasoningTokens] = usage.Text("reasoningTokens");
        values[DurationMs] = usage.Text("duration");
        values[Id] = account.Text("sourceSessionId") is { } source ? $"{source} {account.Text("sequence")} {account.Text("usageId")}" : line.Text("id");
        return _requests.Add(line.Utf8());
    }
}
