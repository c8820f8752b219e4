namespace TokenDashboard.Engines.ClickHouse;

/// <summary>
/// Reads as much of a stream as a limit allows. A limit of the server would not do: a query may lift it with a setting of its own, and it counts
/// whole blocks of rows. The driver keeps half a megabyte and one row, which can be of any length, so its bytes are counted before it has them.
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
        throw new InvalidDataException("The answer is longer than the limit.");
    }
}
