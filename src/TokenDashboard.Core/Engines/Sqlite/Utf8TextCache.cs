namespace TokenDashboard.Engines.Sqlite;

/// <summary>
/// Returns the same string for the same bytes without decoding, because a column such as the model repeats a few texts millions of
/// times. The cache has a fixed size, and texts replace each other.
/// </summary>
internal sealed class Utf8TextCache(int slots = 4096)
{
    private readonly (byte[] Bytes, string Text)[] _slots = new (byte[], string)[slots];

    public string Get(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return "";
        // FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/
        uint hash = 2166136261;
        foreach (byte value in bytes)
            hash = (hash ^ value) * 16777619;
        ref (byte[] Bytes, string Text) slot = ref _slots[(hash ^ (hash >> 16)) % (uint)_slots.Length];
        if (slot.Bytes is null || !bytes.SequenceEqual(slot.Bytes))
            slot = (bytes.ToArray(), Encoding.UTF8.GetString(bytes));
        return slot.Text;
    }
}
