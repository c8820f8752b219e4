namespace TokenDashboard.Engines.ClickHouse;

/// <summary>
/// Reads a stream up to a limit. A limit of the server is not sufficient, because a query can change it with a setting, and because it counts
/// whole blocks of rows. The driver buffers half a megabyte and one row of any length, so bytes are counted before the driver receives them.
/// </summary>
internal sealed class LimitedStream(Stream inner, long most, Action exceeded) : ForwardStream(inner)
{
    private long _left = most;

    public override int Read(byte[] buffer, int offset, int count) => Counted(Inner.Read(buffer, offset, count));

    public override int Read(Span<byte> buffer) => Counted(Inner.Read(buffer));

    public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        await ReadAsync(buffer.AsMemory(offset, count), cancellationToken).ConfigureAwait(false);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Counted(await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    private int Counted(int read)
    {
        if ((_left -= read) >= 0)
            return read;
        exceeded();
        throw new InvalidDataException("The response is larger than the limit.");
    }
}
