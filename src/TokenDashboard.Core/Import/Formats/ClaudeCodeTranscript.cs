using TokenDashboard.Import.Reading;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Transcripts of Claude Code. A reply of the model is written as several lines, partial ones first. It is written again in the files of resumed and
/// forked sessions, and completely in the progress lines of a subagent. The message's id identifies these copies. The copy outside a sidechain is kept,
/// then the copy with the most tokens. An advisor's message within a message, and a summary created within it, are separate requests.
/// </summary>
internal sealed class ClaudeCodeTranscript(ImportSink sink)
{
    public static readonly UsageFormat Format = new(ImportFormat.ClaudeCode, "assistant lines with message.usage")
    {
        IsJson = marks => marks.HasAny("message.usage.input_tokens", "message.usage.output_tokens") || marks.Has("leafUuid") || marks.Has("messageId", "snapshot") || marks.Has("data.message.message")
            || (marks.Has("sessionId", "uuid") && marks.HasAny("message.content", "isSidechain", "isMeta")),
        HasCopies = true,
        Reader = (lines, sink, _) =>
        {
            var transcript = new ClaudeCodeTranscript(sink);
            JsonLines.ReadValues(lines, sink, transcript.ReadLine);
            sink.Report.Note(transcript._compactions, "Compactions of a conversation, whose requests are not in transcripts. The telemetry of Claude Code contains them");
        },
    };

    private readonly RecordSink _requests = new(sink, Format);
    private long _compactions;

    /// <summary>Whether a line may belong to a transcript although it contains no reply.</summary>
    public static bool MayBe(Marks marks) => marks.Has("sessionId", "type") || marks.Has("message.id", "uuid");

    /// <summary>The service tier in a usage object of Anthropic's API. Fast mode is a speed there, and there are no fast batches.</summary>
    public static string? TierOf(JsonElement usage) => usage.Text("speed") is "fast" and var fast ? fast : usage.Text("service_tier");

    private string? ReadLine(JsonElement line)
    {
        string? session = line.Text("sessionId");
        _compactions += line.Text("subtype") == "compact_boundary" ? 1 : 0;
        JsonElement progress = line.Member("data").Member("message");
        return progress.Member("message").Member("usage").ValueKind == JsonValueKind.Object
            ? ReadReply(progress, session, isSidechain: true)
            : ReadReply(line, session, line.Member("isSidechain").ValueKind == JsonValueKind.True);
    }

    private string? ReadReply(JsonElement entry, string? session, bool isSidechain)
    {
        JsonElement message = entry.Member("message"), usage = message.Member("usage");
        if ((usage.Text("input_tokens") ?? usage.Text("output_tokens")) is null || message.Text("model") == "<synthetic>")
            return JsonLines.NoRequest;
        string? id = message.Text("id") ?? entry.Text("requestId") ?? entry.Text("uuid");
        string? reason = Add(entry, message.Text("model"), usage, usage, session, id, isSidechain);
        int position = 0;
        foreach (JsonElement iteration in usage.Member("iterations").Elements())
        {
            position++;
            // Sums do not include the tokens of an advisor and of the summary of a long conversation. They include all others.
            if (iteration.Text("type") is ("advisor_message" or "compaction") and var type)
            {
                string? model = iteration.Text("model") ?? (type == "compaction" ? message.Text("model") : entry.Text("advisorModel"));
                // The summary has the tier of its message.
                reason = Add(entry, model, iteration, type == "compaction" ? usage : iteration, session, id is null ? null : $"{id} {position}", isSidechain) ?? reason;
            }
        }
        return reason;
    }

    private string? Add(JsonElement entry, string? model, JsonElement usage, JsonElement tier, string? session, string? id, bool isSidechain)
    {
        RequestValues values = _requests.Values;
        values.Clear();
        (values.CacheIsExcluded, values.IsLesserCopy) = (true, isSidechain);
        values[PromptTokens] = usage.Text("input_tokens");
        values[CompletionTokens] = usage.Text("output_tokens");
        values[CachedTokens] = usage.Text("cache_read_input_tokens");
        values[ReasoningTokens] = usage.At("output_tokens_details.thinking_tokens").Text();
        (values[CacheWriteTokens], values[HourCacheWriteTokens]) = Written(usage);
        values[Timestamp] = entry.Text("timestamp");
        values[TransactionId] = entry.Text("sessionId") ?? session;
        values[Model] = model;
        values.ServiceTier = TierOf(tier);
        values[RequestType] = "chat";
        values[Cost] = entry.Text("costUSD");
        values[Id] = values[SpanId] = id;
        return _requests.Add(entry.Utf8());
    }

    /// <summary>The tokens written to the cache. The single number is the sum of the numbers by lifetime, so if they differ, one of them is incomplete.</summary>
    private static (string? All, string? OneHour) Written(JsonElement usage)
    {
        string? flat = usage.Text("cache_creation_input_tokens");
        JsonElement split = usage.Member("cache_creation");
        string? fiveMinutes = split.Text("ephemeral_5m_input_tokens"), oneHour = split.Text("ephemeral_1h_input_tokens");
        bool isRead = ValueText.TryCount(fiveMinutes, out long minutes) & ValueText.TryCount(oneHour, out long hour);
        long least = flat is null && (fiveMinutes ?? oneHour) is not null ? -1 : ValueText.TryCount(flat, out long sum) ? sum : 0;
        return (isRead && minutes + hour > least ? (minutes + hour).ToString(CultureInfo.InvariantCulture) : flat, oneHour);
    }
}
