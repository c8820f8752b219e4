using System.Buffers.Binary;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Reading;

/// <summary>Creates requests from the records of a format, each with its key.</summary>
internal sealed class RecordSink(ImportSink sink, UsageFormat format)
{
    private const int MaxOtherTokens = 5;

    private readonly SpanTree? _tree = format.IsTree && !sink.KeepNested ? new SpanTree(sink, format.Source) : null;

    // What the current record has in common with copies of it under other ids.
    private string? _finalContent;

    private long _noted;

    // Requests without completion tokens, whose other names can be those of token counts.
    private readonly SortedSet<string> _otherTokens = new(StringComparer.Ordinal);
    private long _withoutCompletion;

    public ImportSink Sink => sink;

    public UsageFormat Format => format;

    public RequestValues Values { get; } = new(sink) { IsVerbatim = format.IsVerbatim };

    /// <summary>Set if the file ends within the current record; otherwise null.</summary>
    public ImportTail? Tail { get; set; }

    /// <summary>The key that an earlier import gave to the current record, when the file ended within it.</summary>
    public ImportKey? Replaced { get; set; }

    /// <summary>Adds a record.</summary>
    /// <param name="columns">The possible names of each column in the record.</param>
    /// <param name="record">Returns the value of a name in the record.</param>
    /// <param name="text">The original record, which is its key if it has no other.</param>
    /// <returns>The problem, <see cref="JsonLines.NoRequest"/>, or null.</returns>
    public string? Add(ColumnMap columns, Func<string, string?> record, ReadOnlySpan<byte> text)
    {
        Values.Clear();
        _finalContent = format.FinalContent?.Invoke(record);
        foreach ((ImportColumn column, string[] names) in columns.Sources)
        {
            for (int i = 0; i < names.Length && Values[column] is null; i++)
                Values[column] = ColumnMap.Constant(names[i]) ?? record(names[i]);
        }
        _noted += format.Noted?.Applies(record) == true ? 1 : 0;
        bool isRequest = format.IsRequest?.Invoke(record) != false;
        if (isRequest)
        {
            (Values.CacheIsExcluded, Values.ReasoningIsExcluded) = (format.CacheIsExcluded || (format.Columns is null && columns.CacheIsExcluded), format.ReasoningIsExcluded);
            format.Complete?.Invoke(Values, record);
            Values[ImportColumn.Success] ??= format.HasFailed?.Invoke(record) == true ? "false" : null;
        }
        if (!isRequest || (!Values.HasTokens && (format.IsTree || Values[ImportColumn.Timestamp] is null)))
        {
            // The record may be between requests in the tree.
            AddLink(isStep: true);
            return JsonLines.NoRequest;
        }
        if (Add(text) is { } reason)
            return reason;
        if (Values[ImportColumn.CompletionTokens] is null && Values[ImportColumn.TotalTokens] is null && columns.OtherTokens.Length > 0)
        {
            _withoutCompletion++;
            if (_otherTokens.Count < MaxOtherTokens)
                _otherTokens.UnionWith(columns.OtherTokens.Take(MaxOtherTokens).Select(ValueText.Shorten));
        }
        return null;
    }

    /// <summary>Adds the request of the current values.</summary>
    /// <inheritdoc cref="Add(ColumnMap, Func{string, string?}, ReadOnlySpan{byte})" path="//param[@name='text']|//returns"/>
    public string? Add(ReadOnlySpan<byte> text)
    {
        if (_tree is not null && Values[ImportColumn.TraceId] is not null && Values[ImportColumn.SpanId] is not null)
            return _tree.Add(Values);
        ImportRow row = sink.NewRow();
        if (Values.Fill(ref row) is { } reason)
            return reason;
        if (sink.KeyOf(in row, format.Source, Values[ImportColumn.Id]) is not { } key)
            key = sink.KeyOfLine(in row, text);
        else if (format.HasCopies)
            row.Rank = Rank(in row, text);
        (row.Key, row.Tail, row.Replaced) = (key, Tail, Replaced);
        if (_finalContent is not null)
            (row.Key, row.Replaced, row.KeepsReplaced) = (ImportKey.OfOwnId($"{format.Source} content", _finalContent), key, true);
        sink.Add(ref row);
        return null;
    }

    /// <summary>Keeps a span without tokens, because it may be between spans with tokens.</summary>
    public void AddLink(bool isStep, bool isCall = false) => _tree?.AddLink(Values, isStep, isCall);

    /// <summary>Adds the requests that could not be classified before the end of the file.</summary>
    public void Complete()
    {
        _tree?.Decide();
        if (format.Noted is { } noted)
            sink.Report.Note(_noted, noted.Note);
        sink.Report.Note(
            _withoutCompletion,
            $"Requests without completion tokens, whose other names can be those of token counts: {string.Join(", ", _otherTokens)}. If one of them contains the completion tokens, "
            + "specify it in -Map as completion_tokens, and import the file into a new store");
        if (Values.Guessed is { CacheExcluded: > 0 and var excluded, CacheIncluded: > 0 })
        {
            sink.Report.Note(
                excluded,
                "Requests with fewer prompt tokens than cached tokens, to whose prompt tokens the cached tokens were added. For other requests, prompt tokens were assumed to include cached tokens"
                + (format.Columns is null && !format.IsTree
                    ? ". If prompt tokens never include them, rename the columns to input_tokens, cache_read_input_tokens and cache_creation_input_tokens, and import the file into a new store"
                    : ""));
        }
    }

    /// <summary>
    /// The rank of a copy. The most complete copy is first. Among copies that are equal in all relevant values, the earliest is selected, then the
    /// one with the first id, so the result does not depend on the order in which they are read.
    /// </summary>
    private TextSlice Rank(in ImportRow row, ReadOnlySpan<byte> text)
    {
        Span<byte> rank = stackalloc byte[33];
        rank[0] = Values.IsLesserCopy ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteInt64BigEndian(rank[1..], format.EarliestStays || _finalContent is not null ? 0 : row.CountedTokens);
        BinaryPrimitives.WriteInt64BigEndian(rank[9..], long.MaxValue - row.UtcTicks);
        if (_finalContent is null)
            BinaryPrimitives.WriteUInt128BigEndian(rank[17..], ImportKey.HashOf(text));
        else
            InvertId(rank[17..]);
        return sink.Batch.AddText(rank);
    }

    // Ids in the order of time, of which the first characters are the time.
    private void InvertId(Span<byte> inverted)
    {
        byte[] id = Encoding.UTF8.GetBytes(Values[ImportColumn.Id] ?? "");
        for (int i = 0; i < inverted.Length; i++)
            inverted[i] = (byte)~(i < id.Length ? id[i] : 0);
    }
}
