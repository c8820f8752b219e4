using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Transcripts of Claude Code. One reply of the model is written as several lines, partial ones first, and again in the files of
/// resumed and forked sessions: the message's id makes them one. The copy outside a sidechain stays, then the one with most tokens.
/// </summary>
internal sealed class ClaudeCodeTranscript(ImportSink sink)
{
    private const string Source = "claude-code";
    private const string SyntheticModel = "<synthetic>";

    private readonly RequestValues _values = new();

    public static void Read(LineReader reader, ImportSink sink) => JsonLines.Read(reader, sink, new ClaudeCodeTranscript(sink).ReadLine);

    private string? ReadLine(ReadOnlySpan<byte> line, long lineNumber)
    {
        using JsonDocument document = JsonLines.Parse(line);
        JsonElement entry = document.RootElement;
        JsonElement message = entry.Member("message"), usage = message.Member("usage");
        if (usage.ValueKind != JsonValueKind.Object || message.Text("model") == SyntheticModel)
        {
            return null;
        }
        _values.Clear();
        string? reason = Tokens(usage);
        if (reason is not null)
        {
            return reason;
        }
        _values[ImportColumn.Timestamp] = entry.Text("timestamp");
        _values[ImportColumn.Transaction] = entry.Text("sessionId");
        _values[ImportColumn.Model] = message.Text("model");
        _values[ImportColumn.Provider] = "anthropic";
        _values[ImportColumn.RequestType] = "chat";
        _values[ImportColumn.Cost] = entry.Text("costUSD");
        string? messageId = message.Text("id");
        _values[ImportColumn.Id] = messageId ?? entry.Text("requestId") ?? entry.Text("uuid");
        _values[ImportColumn.SpanId] = _values[ImportColumn.Id];
        ImportRow row = sink.NewRow();
        if (_values.Fill(sink, ref row) is { } wrong)
        {
            return wrong;
        }
        if (_values.TryKey(sink, Source, in row, out row.Key))
        {
            row.Rank = Rank(in row, entry.Member("isSidechain").ValueKind == JsonValueKind.True, line);
        }
        else
        {
            UInt128 hash = ImportKeys.Hash(line);
            row.Key = ImportKeys.OfLine(row.StoredTicks, hash, sink.Scratch.CountLine(hash));
        }
        sink.Add(ref row);
        return null;
    }

    /// <summary>
    /// <c>input_tokens</c> leaves out what was read from and written to the cache; everywhere else in this product prompt tokens
    /// include it. Where the written ones are given by lifetime, the flat number is their sum and must not be added.
    /// </summary>
    private string? Tokens(JsonElement usage)
    {
        JsonElement creation = usage.Member("cache_creation");
        bool byLifetime = creation.Member("ephemeral_5m_input_tokens").ValueKind == JsonValueKind.Number
            || creation.Member("ephemeral_1h_input_tokens").ValueKind == JsonValueKind.Number;
        bool readable = Count(usage, "input_tokens", out long input) & Count(usage, "output_tokens", out long output)
            & Count(usage, "cache_read_input_tokens", out long read) & Count(usage, "cache_creation_input_tokens", out long written);
        if (byLifetime)
        {
            readable &= Count(creation, "ephemeral_5m_input_tokens", out long minutes) & Count(creation, "ephemeral_1h_input_tokens", out long hour);
            written = minutes + hour;
        }
        if (!readable)
        {
            return "a count in message.usage is not a token count";
        }
        _values[ImportColumn.PromptTokens] = Text(input + read + written);
        _values[ImportColumn.CompletionTokens] = Text(output);
        _values[ImportColumn.CachedTokens] = Text(read);
        _values[ImportColumn.CacheWriteTokens] = Text(written);
        return null;
    }

    private static bool Count(JsonElement element, string name, out long count)
    {
        count = 0;
        return element.Text(name) is not { } text || (text.Length < 64 && ValueText.TryTokens(Encoding.UTF8.GetBytes(text), out count));
    }

    /// <summary>Of copies alike in all that matters, one is chosen that does not depend on the order they are read in: the earliest.</summary>
    private TextSlice Rank(in ImportRow row, bool isSidechain, ReadOnlySpan<byte> line)
    {
        Span<byte> rank = stackalloc byte[33];
        rank[0] = isSidechain ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteInt64BigEndian(rank[1..], row.TotalTokens);
        BinaryPrimitives.WriteInt64BigEndian(rank[9..], long.MaxValue - row.UtcTicks);
        BinaryPrimitives.WriteUInt128BigEndian(rank[17..], ImportKeys.Hash(line));
        return sink.Batch.AddText(rank);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
