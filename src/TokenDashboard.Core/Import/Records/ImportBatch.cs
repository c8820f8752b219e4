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
}
