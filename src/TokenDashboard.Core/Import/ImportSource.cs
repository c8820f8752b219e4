using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using TokenDashboard.Import.Reading;

namespace TokenDashboard.Import;

/// <summary>A file or standard input as a stream of UTF-8, decompressed and without a byte order mark.</summary>
internal sealed class ImportSource : IDisposable
{
    // https://www.rfc-editor.org/rfc/rfc1952: ten bytes before the data, and eight bytes after it with the checksum and the size of the decompressed data.
    private const int SmallestGzip = 18;

    private readonly SourceStream _file;
    private readonly SourceStream? _unpacked;
    private readonly ZstdStream? _zstd;

    private ImportSource(SourceStream file, string path)
    {
        _file = file;
        SourceStream content = file.Head switch
        {
            [0x1F, 0x8B, ..] => _unpacked = new SourceStream(new GZipStream(file, CompressionMode.Decompress), checksum: new Crc32()),
            var head when ZstdStream.IsAt(head) => _unpacked = new SourceStream(_zstd = new ZstdStream(file)),
            [(byte)'B', (byte)'Z', (byte)'h', ..] or [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] =>
                throw Refuse(path, "is compressed with bzip2 or xz. Decompress it first. Only gzip and zstd files are decompressed during the import."),
            [0x50, 0x4B, 0x03, 0x04, ..] => throw Refuse(path, "is a zip archive. Extract it first. Only gzip and zstd files are decompressed during the import."),
            _ => file,
        };
        Encoding? encoding = content.Head switch
        {
            [0xFF, 0xFE, 0, 0, ..] => Encoding.UTF32,
            [0, 0, 0xFE, 0xFF, ..] => new UTF32Encoding(bigEndian: true, byteOrderMark: true),
            [0xFF, 0xFE, ..] => Encoding.Unicode,
            [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode,
            // Without a byte order mark, as all formats begin with ASCII.
            [not 0, 0, not 0, 0, ..] => Encoding.Unicode,
            [0, not 0, 0, not 0, ..] => Encoding.BigEndianUnicode,
            _ => null,
        };
        Content = encoding is null ? content : new SourceStream(Encoding.CreateTranscodingStream(content, encoding, Encoding.UTF8));
        if (IsOtlpProtobuf(content.Head))
            throw Refuse(path, "is OTLP as protobuf, which is not supported. Export it as JSON, with format: json in the settings of the collector's file exporter.");
        if (Content.Head is [0xEF, 0xBB, 0xBF, ..])
            Content.Skip(3);
    }

    public SourceStream Content { get; }

    public long BytesRead => _file.BytesRead;

    /// <summary>Opens the file again; null for a pipe.</summary>
    public Func<ImportSource>? OpenAgain { get; private init; }

    /// <summary>
    /// Whether compressed data was truncated, after it was read to its end. .NET does not report this for gzip. The last eight bytes are the checksum and
    /// the size of the last member. If the end is missing, they are arbitrary. If the last member may not be the only one, the file is decompressed
    /// again, unless it is a pipe.
    /// </summary>
    public bool IsCutOff()
    {
        if (_zstd is not null)
            return _zstd.IsTruncated;
        if (_unpacked is not { HasEnded: true } unpacked)
            return false;
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(_file.LastEight), size = BinaryPrimitives.ReadUInt32LittleEndian(_file.LastEight[4..]);
        if (BytesRead < SmallestGzip || size > unpacked.BytesRead)
            return true;
        if (unchecked((uint)unpacked.BytesRead) == size)
            return unpacked.Checksum!.GetCurrentHashAsUInt32() != checksum;
        using ImportSource? again = OpenAgain?.Invoke();
        return again is not null && again._unpacked!.ChecksumAfter(unpacked.BytesRead - size) != checksum;
    }

    /// <summary>Opens a file, or <c>-</c> for standard input. The callback receives the number of bytes read so far.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.ImportFileUnreadable"/>: it cannot be opened. <see cref="ErrorCode.ImportFormatUnsupported"/>: its compression or encoding is not supported.
    /// </exception>
    public static ImportSource Open(string path, Action<long> onRead, CancellationToken cancellation)
    {
        Stream? file = null;
        try
        {
            file = path == "-" ? Console.OpenStandardInput()
                : Wait(() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1), cancellation);
            var source = new ImportSource(new SourceStream(file, onRead, file.CanSeek ? null : cancellation), path)
            {
                OpenAgain = path != "-" && file.CanSeek ? () => Open(path, _ => cancellation.ThrowIfCancellationRequested(), cancellation) : null,
            };
            if (source.Content.Head.StartsWith("SQLite format 3\0"u8))
            {
                throw Refuse(path, path == "-" || source._unpacked is not null
                    ? "is a SQLite database, which can only be read from an uncompressed file. Decompress it first, or specify its path."
                    : "is an incomplete SQLite database. Copy it again from its source.");
            }
            file = null;
            return source;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or InvalidDataException)
        {
            throw new TokenDashboardException(
                ErrorCode.ImportFileUnreadable,
                $"'{path}' could not be read: {exception.Message} Check that it is a file and that this account can read it.",
                exception,
                path);
        }
        finally
        {
            file?.Dispose();
        }
    }

    public void Dispose() => Content.Dispose();

    // A message contains only fields with the number 1. Each begins with the byte 0x0A and its length, and contains the data of a resource. That begins with
    // the resource or, without one, with field 2. A resource begins with its first attribute, and an attribute with its name. The collector writes the length
    // of each message before it. To look the same, text would need lines of one letter.
    private static bool IsOtlpProtobuf(ReadOnlySpan<byte> head)
    {
        if (head.Length > 4 && head[0] == 0 && BinaryPrimitives.ReadInt32BigEndian(head) > 0)
            head = head[4..];
        for (int depth = 0, outer = int.MaxValue; depth < 4; depth++)
        {
            // A resource without attributes may have none of these fields, but its records follow.
            if (depth > 0 && head is [0x12, ..])
                return true;
            if (head is not [0x0A, ..])
                return false;
            int length = 0, size = 0;
            do
            {
                size++;
                if (size == head.Length || size > 4)
                    return false;
                length |= (head[size] & 0x7F) << (7 * (size - 1));
            }
            while (head[size] > 0x7F);
            if (length == 0 ? depth == 0 : length + size + 1 > outer)
                return false;
            head = head[(size + 1)..];
            outer = length == 0 ? int.MaxValue : length;
        }
        return true;
    }

    private static TokenDashboardException Refuse(string path, string what) => new(ErrorCode.ImportFormatUnsupported, $"'{path}' {what}", target: path);

    /// <summary>Runs on another thread, because a pipe blocks its thread until a program writes to it. The wait can be canceled.</summary>
    private static T Wait<T>(Func<T> work, CancellationToken cancellation) => Task.Run(work, CancellationToken.None).WaitAsync(cancellation).GetAwaiter().GetResult();

    /// <summary>Counts the bytes read from another stream, and provides the first bytes before they are read.</summary>
    public sealed class SourceStream : ForwardStream
    {
        private readonly byte[] _head = new byte[4096];
        private readonly int _length;
        private readonly Action<long>? _onRead;
        private readonly CancellationToken? _waiting;
        private readonly InvalidDataException? _failure;
        private readonly byte[] _last = new byte[8];
        private int _position;

        // With a token that cancels the wait if reads can block, and with a checksum if all bytes must be included in one.
        public SourceStream(Stream stream, Action<long>? onRead = null, CancellationToken? waiting = null, Crc32? checksum = null) : base(stream)
        {
            (_onRead, _waiting, Checksum) = (onRead, waiting, checksum);
            try
            {
                while (_length < _head.Length && Take(_head.AsMemory(_length)) is > 0 and int read)
                    _length += read;
            }
            catch (InvalidDataException exception)
            {
                // The data before the damage is valid. The failure is reported after it.
                _failure = exception;
            }
        }

        public ReadOnlySpan<byte> Head => _head.AsSpan(0, _length);

        public long BytesRead { get; private set; }

        public bool HasEnded { get; private set; }

        /// <summary>The last eight bytes read.</summary>
        public ReadOnlySpan<byte> LastEight => _last;

        /// <summary>The checksum of all bytes read, if requested.</summary>
        public Crc32? Checksum { get; }

        public void Skip(int count) => _position += count;

        /// <summary>Reads the rest, and returns the checksum of the data after a number of bytes.</summary>
        public uint ChecksumAfter(long count)
        {
            byte[] buffer = new byte[64 << 10];
            long position = 0;
            var checksum = new Crc32();
            for (int read; (read = Read(buffer, 0, buffer.Length)) > 0; position += read)
                checksum.Append(buffer.AsSpan()[(int)Math.Clamp(count - position, 0, read)..read]);
            return checksum.GetCurrentHashAsUInt32();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int left = Math.Min(_length - _position, count);
            if (left <= 0)
                return _failure is null ? Take(buffer.AsMemory(offset, count)) : throw _failure;
            _head.AsSpan(_position, left).CopyTo(buffer.AsSpan(offset));
            _position += left;
            return left;
        }

        private int Take(Memory<byte> buffer)
        {
            int read = _waiting is { } waiting ? Wait(() => Inner.Read(buffer.Span), waiting) : Inner.Read(buffer.Span);
            BytesRead += read;
            HasEnded = read == 0;
            Checksum?.Append(buffer.Span[..read]);
            int last = Math.Min(read, _last.Length);
            _last.AsSpan(last).CopyTo(_last);
            buffer.Span[(read - last)..read].CopyTo(_last.AsSpan(_last.Length - last));
            _onRead?.Invoke(BytesRead);
            return read;
        }
    }
}
