using System.Text.Json;
using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Spend logs of a LiteLLM proxy (table LiteLLM_SpendLogs of its schema.prisma), as CSV or JSON lines. Messages, responses, keys and
/// addresses are never taken.
/// </summary>
internal sealed class LiteLlmSpendLogs(ImportSink sink, ColumnMap map)
{
    private const string Source = "litellm";
    private const string MetadataColumn = "metadata";

    private static readonly ColumnMap Columns = ColumnMap.Of(new Dictionary<ImportColumn, string>
    {
        [ImportColumn.Id] = "request_id",
        [ImportColumn.SpanId] = "request_id",
        [ImportColumn.Timestamp] = "startTime",
        [ImportColumn.EndTime] = "endTime",
        [ImportColumn.DurationMs] = "request_duration_ms",
        [ImportColumn.Transaction] = "session_id",
        [ImportColumn.User] = "user",
        [ImportColumn.Model] = "model",
        [ImportColumn.Provider] = "custom_llm_provider",
        [ImportColumn.RequestType] = "call_type",
        [ImportColumn.PromptTokens] = "prompt_tokens",
        [ImportColumn.CompletionTokens] = "completion_tokens",
        [ImportColumn.TotalTokens] = "total_tokens",
        [ImportColumn.Cost] = "spend",
        [ImportColumn.Success] = "status",
    });

    private readonly RequestValues _values = new();

    public static void Read(LineReader reader, ImportSink sink, ColumnMap? map, bool json)
    {
        if (json)
        {
            JsonLines.Read(reader, sink, new LiteLlmSpendLogs(sink, map?.Over(Columns) ?? Columns).ReadLine);
        }
        else
        {
            CsvUsage.Read(reader, sink, map, Source, Columns, (MetadataColumn, CompleteFromText));
        }
    }

    private string? ReadLine(ReadOnlySpan<byte> line, long lineNumber)
    {
        using JsonDocument document = JsonLines.Parse(line);
        JsonElement entry = document.RootElement;
        if (entry.ValueKind != JsonValueKind.Object)
        {
            return "not a JSON object";
        }
        _values.Clear();
        foreach ((ImportColumn column, string source) in map.Sources)
        {
            _values[column] = ColumnMap.Constant(source) ?? entry.Text(source);
        }
        JsonElement metadata = entry.Member(MetadataColumn);
        if (metadata.ValueKind == JsonValueKind.String)
        {
            CompleteFromText(_values, metadata.Text());
        }
        else
        {
            Complete(_values, metadata);
        }
        if (_values[ImportColumn.PromptTokens] is null)
        {
            return "no prompt tokens";
        }
        ImportRow row = sink.NewRow();
        if (_values.Fill(sink, ref row) is { } reason)
        {
            return reason;
        }
        if (!_values.TryKey(sink, Source, in row, out row.Key))
        {
            UInt128 hash = ImportKeys.Hash(line);
            row.Key = ImportKeys.OfLine(row.StoredTicks, hash, sink.Scratch.CountLine(hash));
        }
        sink.Add(ref row);
        return null;
    }

    private static void CompleteFromText(RequestValues values, string? metadata)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(metadata ?? "{}");
            Complete(values, document.RootElement);
        }
        catch (JsonException)
        {
            // Without its details the request is a request all the same.
            Complete(values, default);
        }
    }

    /// <summary>Takes the parts of the tokens from the provider's own usage object. prompt_tokens includes what was cached.</summary>
    private static void Complete(RequestValues values, JsonElement metadata)
    {
        JsonElement usage = metadata.Member("usage_object");
        JsonElement prompt = usage.Member("prompt_tokens_details");
        values[ImportColumn.CachedTokens] ??= usage.Text("cache_read_input_tokens") ?? prompt.Text("cached_tokens");
        values[ImportColumn.CacheWriteTokens] ??= usage.Text("cache_creation_input_tokens") ?? prompt.Text("cache_creation_tokens");
        values[ImportColumn.ReasoningTokens] ??= usage.Member("completion_tokens_details").Text("reasoning_tokens");
    }
}
