using System.Globalization;
using System.Text;
using TokenDashboard.Import.Records;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Import.Reading;

/// <summary>What a source says of one request, as texts by column; null where it says nothing.</summary>
internal sealed class RequestValues
{
    // Numbers in any spelling are shorter.
    private const int LongestNumber = 64;

    private readonly string?[] _values = new string?[Enum.GetValues<ImportColumn>().Length];

    public string? this[ImportColumn column]
    {
        get => _values[(int)column];
        set => _values[(int)column] = string.IsNullOrWhiteSpace(value) ? null : value;
    }

    public void Clear() => Array.Clear(_values);

    /// <summary>Makes a row of the values.</summary>
    /// <returns>What is wrong with them, or null.</returns>
    public string? Fill(ImportSink sink, ref ImportRow row) =>
        Times(ref row)
        ?? Tokens(ImportColumn.PromptTokens, ref row.PromptTokens)
        ?? Tokens(ImportColumn.CompletionTokens, ref row.CompletionTokens)
        ?? Tokens(ImportColumn.TotalTokens, ref row.TotalTokens)
        ?? Tokens(ImportColumn.CachedTokens, ref row.CachedTokens)
        ?? Tokens(ImportColumn.CacheWriteTokens, ref row.CacheWriteTokens)
        ?? Tokens(ImportColumn.ReasoningTokens, ref row.ReasoningTokens)
        ?? Cost(ref row)
        ?? Verdict(ref row)
        ?? Text(sink, ImportColumn.Transaction, ref row.Transaction)
        ?? Text(sink, ImportColumn.User, ref row.User)
        ?? Text(sink, ImportColumn.Model, ref row.Model)
        ?? Text(sink, ImportColumn.Provider, ref row.Provider)
        ?? Text(sink, ImportColumn.RequestType, ref row.RequestType)
        ?? Text(sink, ImportColumn.TraceId, ref row.TraceId)
        ?? Text(sink, ImportColumn.SpanId, ref row.SpanId)
        ?? Text(sink, ImportColumn.ParentSpanId, ref row.ParentSpanId)
        ?? Total(ref row);

    /// <summary>The key these values give by themselves: that of a span, or the source's own id.</summary>
    public bool TryKey(ImportSink sink, string source, in ImportRow row, out ImportKey key)
    {
        key = default;
        if (row.TraceId.Length > 0 && row.SpanId.Length > 0)
        {
            key = ImportKeys.OfSpan(row.StoredTicks, sink.Batch.Text(row, row.TraceId), sink.Batch.Text(row, row.SpanId));
            return true;
        }
        if (this[ImportColumn.Id] is { } id)
        {
            key = ImportKeys.OfOwnId(source, Encoding.UTF8.GetBytes(id));
            return true;
        }
        return false;
    }

    private string? Times(ref ImportRow row)
    {
        if (this[ImportColumn.Timestamp] is not { } timestamp)
        {
            return "no time";
        }
        if (!ValueText.TryTime(timestamp, out row.UtcTicks))
        {
            return $"'{ValueText.Shorten(timestamp)}' is not a time between the years 2000 and 2199";
        }
        if (this[ImportColumn.DurationMs] is { } duration)
        {
            // What a query would not take for a duration is not stored as one.
            return TryNumber(duration, out row.DurationMs) && row.DurationMs is >= 0 and <= ValueLimits.MaxDurationMs ? null : $"'{ValueText.Shorten(duration)}' is not a duration";
        }
        if (this[ImportColumn.EndTime] is { } end)
        {
            if (!ValueText.TryTime(end, out long endTicks))
            {
                return $"'{ValueText.Shorten(end)}' is not a time between the years 2000 and 2199";
            }
            row.DurationMs = (double)(endTicks - row.UtcTicks) / TimeSpan.TicksPerMillisecond;
        }
        return null;
    }

    private string? Tokens(ImportColumn column, ref long tokens)
    {
        if (this[column] is not { } text)
        {
            return null;
        }
        Span<byte> utf8 = stackalloc byte[LongestNumber];
        return Encoding.UTF8.TryGetBytes(text, utf8, out int length) && ValueText.TryTokens(utf8[..length], out tokens)
            ? null
            : $"'{ValueText.Shorten(text)}' is not a token count ({ColumnMap.NameOf(column)})";
    }

    private string? Cost(ref ImportRow row) =>
        this[ImportColumn.Cost] is not { } cost || (TryNumber(cost, out row.Cost) && row.Cost >= 0) ? null : $"'{ValueText.Shorten(cost)}' is not a cost";

    private string? Verdict(ref ImportRow row) =>
        this[ImportColumn.Success] is not { } success || ValueText.TryVerdict(success, out row.PolicyPassed) ? null : $"'{ValueText.Shorten(success)}' is neither true nor false (success)";

    private string? Text(ImportSink sink, ImportColumn column, ref TextSlice slice) =>
        this[column] is not { } text || sink.TryText(text, out slice) ? null : $"{ColumnMap.NameOf(column)} is too long";

    private string? Total(ref ImportRow row)
    {
        if (this[ImportColumn.TotalTokens] is null)
        {
            row.TotalTokens = row.PromptTokens + row.CompletionTokens;
        }
        return null;
    }

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
