using ZstdSharp;

namespace TokenDashboard.Import.Reading;

/// <summary>
/// The decompressed data of zstd frames (https://www.rfc-editor.org/rfc/rfc8878). A frame that requires more than 128 MiB of memory is refused.
/// </summary>
internal sealed class ZstdStream(Stream packed) : ForwardStream(new DecompressionStream(packed, leaveOpen: false))
{
    /// <summary>Whether data begins with a frame.</summary>
    public static bool IsAt(ReadOnlySpan<byte> data) => data is [0x28, 0xB5, 0x2F, 0xFD, ..];

    /// <summary>Whether the data ended within a frame. All data before it has been read.</summary>
    public bool IsTruncated { get; private set; }

    /// <exception cref="IOException">The data is damaged.</exception>
    public override int Read(byte[] buffer, int offset, int count)
    {
        try
        {
            return IsTruncated ? 0 : Inner.Read(buffer, offset, count);
        }
        catch (EndOfStreamException)
        {
            IsTruncated = true;
            return 0;
        }
        catch (ZstdException exception)
        {
            throw new IOException($"The data cannot be decompressed ({exception.Message}).", exception);
        }
    }
}
