namespace TokenDashboard.Engines.ClickHouse;

/// <summary>
/// Reads a response up to limits. A limit of the server is not sufficient, because a query can change it with a setting, because it counts whole
/// blocks of rows, and because another program may have responded. The driver buffers half a megabyte and one row of any length, so bytes are counted,
/// and the types of columns checked, before the driver receives them.
/// </summary>
/// <param name="inner">The decompressed response.</param>
/// <param name="isSuccess">Whether the response contains rows. Otherwise, it is the text of an error, of which the rest is ignored.</param>
/// <param name="most">The maximum size in bytes; null for any number of rows.</param>
/// <param name="exceeded">Called before an exception if a limit is exceeded.</param>
internal sealed class AnswerStream(Stream inner, bool isSuccess, long? most, Action exceeded) : ForwardStream(inner)
{
    /// <summary>The maximum size of a row, with what the driver has buffered, and of the names and types of the columns.</summary>
    public const int MaxRowBytes = 16 << 20;

    /// <summary>The maximum size of a row with lists of numbers, which need no more memory than bytes: the durations of 40 million requests.</summary>
    public const int MaxNumbersBytes = 256 << 20;

    /// <summary>The maximum size of the text of an error. A message shows only its beginning.</summary>
    private const int MaxErrorBytes = 1 << 20;

    private readonly ColumnHeader _header = new();
    private long _left = isSuccess ? most ?? long.MaxValue : MaxErrorBytes;
    private long _ofRow;

    /// <summary>Called when a row was read. The next one has the whole limit again.</summary>
    public void BeginRow() => _ofRow = 0;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        buffer = buffer[..Wanted(buffer.Length)];
        return Checked(buffer[..Inner.Read(buffer)]);
    }

    public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        await ReadAsync(buffer.AsMemory(offset, count), cancellationToken).ConfigureAwait(false);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        buffer = buffer[..Wanted(buffer.Length)];
        int read = await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return Checked(buffer.Span[..read]);
    }

    private int Wanted(int length) => isSuccess ? length : (int)Math.Min(length, _left);

    private int Checked(ReadOnlySpan<byte> read)
    {
        _left -= read.Length;
        if (!isSuccess)
            return read.Length;
        _header.Check(read);
        _ofRow += read.Length;
        if (_left < 0 || _ofRow > (_header.HasOnlyNumberLists ? MaxNumbersBytes : MaxRowBytes))
        {
            exceeded();
            throw new InvalidDataException("The response is larger than the limit.");
        }
        return read.Length;
    }
}
