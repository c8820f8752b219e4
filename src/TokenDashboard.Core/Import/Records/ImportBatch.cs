using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TokenDashboard.Import.Records;

/// <summary>Requests that were read but not yet written. Their texts are concatenated as UTF-8, at an address that does not move.</summary>
internal sealed class ImportBatch
{
    private const int MaxRows = 32768;
    private const int MaxTextBytes = 8 << 20;

    private readonly List<ImportRow> _rows = [];
    private byte[] _text = GC.AllocateUninitializedArray<byte>(64 << 10, pinned: true);
    private int _used;
    private int _rowStart;

    public Span<ImportRow> Rows => CollectionsMarshal.AsSpan(_rows);

    public bool IsFull => _rows.Count >= MaxRows || _used >= MaxTextBytes;

    /// <summary>Begins a row, to which the texts added from now on belong. The texts of a row that was never added are discarded.</summary>
    public ImportRow NewRow()
    {
        _used = _rowStart;
        return new ImportRow { TextStart = _rowStart };
    }

    public void Add(in ImportRow row)
    {
        _rows.Add(row);
        _rowStart = _used;
    }

    public void Clear()
    {
        _rows.Clear();
        _used = _rowStart = 0;
    }

    public TextSlice AddText(string text) => Take(Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetMaxByteCount(text.Length))));

    public TextSlice AddText(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Room(text.Length));
        return Take(text.Length);
    }

    private Span<byte> Room(int length)
    {
        if (_text.Length - _used < length)
        {
            byte[] larger = GC.AllocateUninitializedArray<byte>(Math.Max(_text.Length * 2, _used + length), pinned: true);
            _text.AsSpan(0, _used).CopyTo(larger);
            _text = larger;
        }
        return _text.AsSpan(_used);
    }

    private TextSlice Take(int length)
    {
        var slice = new TextSlice(_used - _rowStart, length);
        _used += length;
        return slice;
    }

    public Span<byte> Text(in ImportRow row, TextSlice slice) => _text.AsSpan(row.TextStart + slice.Offset, slice.Length);

    /// <summary>The row that was begun last, as bytes for <see cref="Unpack"/>.</summary>
    public byte[] Pack(in ImportRow row)
    {
        ReadOnlySpan<byte> fields = MemoryMarshal.AsBytes(new ReadOnlySpan<ImportRow>(in row));
        return [.. fields, .. _text.AsSpan(row.TextStart, _used - row.TextStart)];
    }

    public ImportRow Unpack(ReadOnlySpan<byte> packed)
    {
        int start = NewRow().TextStart;
        ImportRow row = MemoryMarshal.Read<ImportRow>(packed);
        AddText(packed[Unsafe.SizeOf<ImportRow>()..]);
        row.TextStart = start;
        return row;
    }

    /// <summary>
    /// Adds values that only another row of the same call has to the row that was begun last. An earlier import can have stored the row without them, so it
    /// then has a rank.
    /// </summary>
    public void Complete(ref ImportRow row, ReadOnlySpan<byte> packed)
    {
        ImportRow other = MemoryMarshal.Read<ImportRow>(packed), before = row;
        if (row.CachedTokens < 0 && row.CacheWriteTokens < 0 && (other.CachedTokens >= 0 || other.CacheWriteTokens >= 0))
        {
            // Without its cached tokens, it is unknown whether the row's prompt tokens include them.
            (row.PromptTokens, row.TotalTokens) = (other.PromptTokens, other.TotalTokens);
            (row.CachedTokens, row.CacheWriteTokens) = (other.CachedTokens, other.CacheWriteTokens);
        }
        row.ReasoningTokens = row.ReasoningTokens < 0 ? other.ReasoningTokens : row.ReasoningTokens;
        row.HourCacheWriteTokens = row.HourCacheWriteTokens < 0 ? other.HourCacheWriteTokens : row.HourCacheWriteTokens;
        row.Cost = double.IsNaN(row.Cost) ? other.Cost : row.Cost;
        ReadOnlySpan<byte> texts = packed[Unsafe.SizeOf<ImportRow>()..];
        bool hasMore = false;
        foreach (ImportColumn column in (ReadOnlySpan<ImportColumn>)[ImportColumn.Model, ImportColumn.Provider, ImportColumn.UserId, ImportColumn.TransactionId])
        {
            TextSlice text = other.TextOf(column);
            ReadOnlySpan<byte> otherText = texts.Slice(text.Offset, text.Length);
            if (text.Length == 0 || (row.TextOf(column).Length > 0 && !(column == ImportColumn.Model && IsTierOf(Text(in row, row.TextOf(column)), otherText))))
                continue;
            row.Text(column) = AddText(otherText);
            hasMore = true;
        }
        if (hasMore || (row.CachedTokens, row.CacheWriteTokens, row.ReasoningTokens, row.HourCacheWriteTokens)
            != (before.CachedTokens, before.CacheWriteTokens, before.ReasoningTokens, before.HourCacheWriteTokens) || !row.Cost.Equals(before.Cost))
            row.Rank = AddText([1]);
    }

    /// <summary>Whether a model name is another one with a service tier.</summary>
    private static bool IsTierOf(ReadOnlySpan<byte> model, ReadOnlySpan<byte> other)
    {
        if (other.Length <= model.Length + 1 || !other.StartsWith(model))
            return false;
        string tiered = Encoding.UTF8.GetString(other);
        return Pricing.ServiceTier.NameOf(Encoding.UTF8.GetString(model), Encoding.UTF8.GetString(other[(model.Length + 1)..])) == tiered;
    }
}
