using System.Buffers.Binary;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Reading;

/// <summary>Makes requests of the values of records, each with the key it is known by.</summary>
internal sealed class RecordSink(ImportSink sink, RecordShape shape, SpanTree? tree)
{
    /// <summary>Makes a request.</summary>
    /// <param name="values">What the record says.</param>
    /// <param name="text">The record as it stands in the file: its name where it has no other.</param>
    /// <param name="onRow">Told of the row before it is taken; may be null.</param>
    /// <returns>What is wrong with it, or null.</returns>
    public string? Add(RequestValues values, ReadOnlySpan<byte> text, RowHandler? onRow = null)
    {
        if (tree is not null && values[ImportColumn.TraceId] is not null && values[ImportColumn.SpanId] is not null)
        {
            return tree.Add(values, isRequest: true, isStep: false);
        }
        ImportRow row = sink.NewRow();
        if (values.Fill(sink, ref row) is { } reason)
        {
            return reason;
        }
        if (!values.TryKey(sink, shape.Source, in row, out row.Key))
        {
            row.Key = sink.KeyOfLine(in row, text);
        }
        else if (shape.HasCopies)
        {
            row.Rank = Rank(sink, in row, first: 0, text);
        }
        onRow?.Invoke(ref row);
        sink.Add(ref row);
        return null;
    }

    /// <summary>Passes over what is no request, but may stand between some.</summary>
    public void Pass(RequestValues values) => tree?.AddLink(values[ImportColumn.TraceId], values[ImportColumn.SpanId], values[ImportColumn.ParentSpanId], isStep: true);

    /// <summary>
    /// The rank of a copy: the most complete is first, and of copies alike in all that matters, one is chosen that does not depend on the
    /// order they are read in: the earliest.
    /// </summary>
    public static TextSlice Rank(ImportSink sink, in ImportRow row, byte first, ReadOnlySpan<byte> text)
    {
        Span<byte> rank = stackalloc byte[33];
        rank[0] = first;
        BinaryPrimitives.WriteInt64BigEndian(rank[1..], row.CountedTokens);
        BinaryPrimitives.WriteInt64BigEndian(rank[9..], long.MaxValue - row.UtcTicks);
        BinaryPrimitives.WriteUInt128BigEndian(rank[17..], ImportKeys.Hash(text));
        return sink.Batch.AddText(rank);
    }

    public delegate void RowHandler(ref ImportRow row);
}
