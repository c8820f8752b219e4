using System.Buffers.Binary;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Reading;

/// <summary>Makes requests of records, each with the key it is known by.</summary>
internal sealed class RecordSink(ImportSink sink, RecordShape shape, SpanTree? tree, bool dayFirst = false)
{
    private readonly RequestValues _values = new() { DayFirst = dayFirst };

    public delegate void RowHandler(ref ImportRow row);

    /// <summary>Whether numbers are written with a comma for a point, and no signs for thousands.</summary>
    public bool CommaIsPoint { get; init; }

    /// <summary>Whether the last record says how many tokens were used.</summary>
    public bool HasTokens => _values.HasTokens;

    /// <summary>Takes a record.</summary>
    /// <param name="columns">Of each column the names it may have in the record.</param>
    /// <param name="record">Gives what the record says under a name.</param>
    /// <param name="text">The record as it stands in the file: its key where it has no other.</param>
    /// <param name="onRow">Told of the row before it is taken.</param>
    /// <returns>What is wrong with it, <see cref="JsonLines.NoRequest"/>, or null.</returns>
    public string? Add(ColumnMap columns, Func<string, string?> record, ReadOnlySpan<byte> text, RowHandler? onRow = null)
    {
        _values.Clear();
        foreach ((ImportColumn column, string[] names) in columns.Sources)
        {
            for (int i = 0; i < names.Length && _values[column] is null; i++)
                _values[column] = ColumnMap.Constant(names[i]) ?? record(names[i]);
        }
        if (CommaIsPoint)
        {
            _values[ImportColumn.DurationMs] = _values[ImportColumn.DurationMs]?.Replace(',', '.');
            _values[ImportColumn.Cost] = _values[ImportColumn.Cost]?.Replace(',', '.');
            for (ImportColumn column = ImportColumn.PromptTokens; column <= ImportColumn.ReasoningTokens; column++)
            {
                if (_values[column] is [.., '.', _, _, _] count)
                    return $"'{ValueText.Shorten(count)}' may be thousands or a fraction ({ImportColumns.Name(column)})";
            }
        }
        bool isRequest = shape.IsRequest?.Invoke(record) != false;
        if (isRequest)
        {
            (_values.CacheIsBeside, _values.ReasoningIsBeside) = (shape.CacheIsBeside, shape.ReasoningIsBeside);
            shape.Complete?.Invoke(_values, record);
            _values[ImportColumn.Success] ??= shape.HasFailed?.Invoke(record) == true ? "false" : null;
        }
        if (!isRequest || (!HasTokens && (shape.IsTree || _values[ImportColumn.Timestamp] is null)))
        {
            // It may stand between requests.
            tree?.AddLink(_values[ImportColumn.TraceId], _values[ImportColumn.SpanId], _values[ImportColumn.ParentSpanId], isStep: true);
            return JsonLines.NoRequest;
        }
        return Add(_values, text, onRow);
    }

    public string? Add(RequestValues values, ReadOnlySpan<byte> text, RowHandler? onRow = null)
    {
        if (tree is not null && values[ImportColumn.TraceId] is not null && values[ImportColumn.SpanId] is not null)
            return tree.Add(values, isRequest: true, isStep: false);
        ImportRow row = sink.NewRow();
        if (values.Fill(sink, ref row) is { } reason)
            return reason;
        if (!values.TryKey(sink, shape.Source, in row, out row.Key))
            row.Key = sink.KeyOfLine(in row, text);
        else if (shape.HasCopies)
            row.Rank = Rank(in row, values.IsLesserCopy, text);
        onRow?.Invoke(ref row);
        sink.Add(ref row);
        return null;
    }

    /// <summary>
    /// The rank of a copy: the most complete is first, and of copies alike in all that matters, one is chosen that does not depend on the
    /// order they are read in: the earliest.
    /// </summary>
    private TextSlice Rank(in ImportRow row, bool isLesser, ReadOnlySpan<byte> text)
    {
        Span<byte> rank = stackalloc byte[33];
        rank[0] = isLesser ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteInt64BigEndian(rank[1..], shape.EarliestStays ? 0 : row.CountedTokens);
        BinaryPrimitives.WriteInt64BigEndian(rank[9..], long.MaxValue - row.UtcTicks);
        BinaryPrimitives.WriteUInt128BigEndian(rank[17..], ImportKeys.Hash(text));
        return sink.Batch.AddText(rank);
    }
}
