using System.Text;

namespace TokenDashboard.Store.Rollups;

/// <summary>Histograms as text, in memory that stays where it is until the next are added.</summary>
internal sealed class RollupTexts
{
    private readonly StringBuilder _json = new();
    private byte[] _text = GC.AllocateUninitializedArray<byte>(1 << 16, pinned: true);
    private int _used;

    public ReadOnlySpan<byte> this[Range range] => _text.AsSpan(range);

    public void Clear() => _used = 0;

    /// <summary>Adds the histograms of durations and sizes.</summary>
    public (Range Durations, Range Sizes) Add(UsageAccumulator usage) => (Add(usage.Durations), Add(usage.Sizes));

    private Range Add(Histogram histogram)
    {
        _json.Clear();
        histogram.Write(_json);
        if (_text.Length - _used < _json.Length)
        {
            byte[] larger = GC.AllocateUninitializedArray<byte>(Math.Max(_text.Length * 2, _used + _json.Length), pinned: true);
            _text.AsSpan(0, _used).CopyTo(larger);
            _text = larger;
        }
        int first = _used;
        foreach (ReadOnlyMemory<char> chunk in _json.GetChunks())
        {
            _used += Encoding.ASCII.GetBytes(chunk.Span, _text.AsSpan(_used));
        }
        return first.._used;
    }
}
