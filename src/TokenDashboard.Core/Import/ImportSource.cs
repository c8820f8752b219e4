using System.IO.Compression;
using System.Text;
using TokenDashboard.Import.Reading;

namespace TokenDashboard.Import;

/// <summary>A file or standard input as a stream of UTF-8, unpacked and without a byte order mark.</summary>
internal sealed class ImportSource : IDisposable
{
    private const int SignatureBytes = 4096;

    // https://www.rfc-editor.org/rfc/rfc1952: ten bytes before the data, eight after it, of which four are the size of the unpacked data.
    private const int SmallestGzip = 18;

    private readonly CountingStream _file;
    private readonly CountingStream? _unpacked;
    private readonly HeadStream _content;

    private ImportSource(CountingStream file, string path)
    {
        _file = file;
        Stream stream = Unpack(file, path);
        if (stream is GZipStream)
            stream = _unpacked = new CountingStream(stream);
        _content = Decode(stream);
    }

    public Stream Content => _content;

    /// <summary>Whether it is a SQLite database, which is not read as a stream.</summary>
    public bool IsDatabase => _content.Head.StartsWith("SQLite format 3\0"u8);

    /// <summary>Bytes taken from the file so far.</summary>
    public long BytesRead => _file.BytesRead;

    /// <summary>
    /// Whether packed data, read to its end, seems to lack its own end, which the library does not say. Its last four bytes are the size of
    /// the last member, which is never above the size of all; where the end is missing they are anything.
    /// </summary>
    public bool IsCutOff => _unpacked is not null && (BytesRead < SmallestGzip || _file.LastFour > _unpacked.BytesRead);

    /// <param name="path">The file, or <c>-</c> for standard input.</param>
    /// <param name="onRead">Told after each read how many bytes were taken so far; whatever it throws ends the reading.</param>
    /// <param name="cancellation">Ends the waiting for a pipe.</param>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.ImportFileUnreadable"/>: it cannot be opened. <see cref="ErrorCode.ImportFormatUnsupported"/>: it is packed in a way that is not read.
    /// </exception>
    public static ImportSource Open(string path, Action<long> onRead, CancellationToken cancellation)
    {
        CountingStream? file = null;
        try
        {
            Stream stream = path == "-" ? Console.OpenStandardInput() : OpenFile(path, cancellation);
            file = new CountingStream(stream.CanSeek ? stream : new WaitingStream(stream, cancellation), onRead);
            var source = new ImportSource(file, path);
            file = null;
            return !source.IsDatabase || (path != "-" && source._unpacked is null) ? source
                : throw Refuse(path, "is a SQLite database, which is read from a file of its own. Unpack it first, or give its path.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or InvalidDataException)
        {
            throw new TokenDashboardException(
                ErrorCode.ImportFileUnreadable,
                $"'{path}' could not be read: {exception.Message} Check that it is a file and that this account may read it.",
                exception,
                path);
        }
        finally
        {
            file?.Dispose();
        }
    }

    public void Dispose() => _content.Dispose();

    /// <summary>Opens a file on another thread, for a pipe nobody writes to keeps its thread until somebody does.</summary>
    private static FileStream OpenFile(string path, CancellationToken cancellation)
    {
        Task<FileStream> opening = Task.Run(() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1), CancellationToken.None);
        try
        {
            return opening.WaitAsync(cancellation).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            opening.ContinueWith(late => late.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }

    private static Stream Unpack(Stream stream, string path)
    {
        var head = new HeadStream(stream, SignatureBytes);
        return head.Head switch
        {
            [0x1F, 0x8B, ..] => new GZipStream(head, CompressionMode.Decompress),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => throw Refuse(path, "is compressed with zstd, which is not read. Unpack it first: zstd -d FILE, or pipe it to standard input: zstd -dc FILE | tokendash -Command \"Import-TokenUsage -\""),
            [0x50, 0x4B, 0x03, 0x04, ..] => throw Refuse(path, "is a zip archive. Unpack it first; gzip files are read as they are."),
            _ => head,
        };
    }

    private static HeadStream Decode(Stream stream)
    {
        var head = new HeadStream(stream, SignatureBytes);
        Encoding? encoding = head.Head switch
        {
            [0xFF, 0xFE, 0, 0, ..] => Encoding.UTF32,
            [0, 0, 0xFE, 0xFF, ..] => new UTF32Encoding(bigEndian: true, byteOrderMark: true),
            [0xFF, 0xFE, ..] => Encoding.Unicode,
            [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode,
            // Without a byte order mark: all formats begin with ASCII.
            [not 0, 0, not 0, 0, ..] => Encoding.Unicode,
            [0, not 0, 0, not 0, ..] => Encoding.BigEndianUnicode,
            _ => null,
        };
        if (encoding is not null)
            head = new HeadStream(Encoding.CreateTranscodingStream(head, encoding, Encoding.UTF8), SignatureBytes);
        if (head.Head is [0xEF, 0xBB, 0xBF, ..])
            head.Skip(3);
        return head;
    }

    private static TokenDashboardException Refuse(string path, string what) => new(ErrorCode.ImportFormatUnsupported, $"'{path}' {what}", target: path);

    /// <summary>Reads a pipe on another thread, so that waiting for its writer can be ended.</summary>
    private sealed class WaitingStream(Stream stream, CancellationToken cancellation) : ReadOnlyStream(stream)
    {
        private byte[] _buffer = [];

        public override int Read(Span<byte> buffer)
        {
            if (_buffer.Length < buffer.Length)
                _buffer = new byte[buffer.Length];
            int length = buffer.Length;
            int read = Task.Run(() => base.Read(_buffer.AsSpan(0, length)), CancellationToken.None).WaitAsync(cancellation).GetAwaiter().GetResult();
            _buffer.AsSpan(0, read).CopyTo(buffer);
            return read;
        }
    }

    /// <summary>Counts what is taken from a stream.</summary>
    private sealed class CountingStream(Stream stream, Action<long>? onRead = null) : ReadOnlyStream(stream)
    {
        public long BytesRead { get; private set; }

        /// <summary>The last four bytes read, the lowest first.</summary>
        public uint LastFour { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            int read = base.Read(buffer);
            BytesRead += read;
            foreach (byte last in buffer[Math.Max(0, read - 4)..read])
                LastFour = (LastFour >> 8) | ((uint)last << 24);
            onRead?.Invoke(BytesRead);
            return read;
        }
    }

    /// <summary>Shows the first bytes of a stream before they are read.</summary>
    private sealed class HeadStream : ReadOnlyStream
    {
        private readonly byte[] _head;
        private readonly int _length;
        private readonly Exception? _failure;
        private int _position;

        public HeadStream(Stream stream, int length)
            : base(stream)
        {
            _head = new byte[length];
            try
            {
                for (int read = -1; read != 0 && _length < length; _length += read)
                    read = stream.Read(_head, _length, length - _length);
            }
            catch (InvalidDataException exception)
            {
                // What was read before the damage is good; the failure belongs behind it.
                _failure = exception;
            }
        }

        public ReadOnlySpan<byte> Head => _head.AsSpan(0, _length);

        public void Skip(int count) => _position += count;

        public override int Read(Span<byte> buffer)
        {
            int left = Math.Min(_length - _position, buffer.Length);
            if (left <= 0)
                return _failure is null ? base.Read(buffer) : throw new InvalidDataException(_failure.Message, _failure);
            _head.AsSpan(_position, left).CopyTo(buffer);
            _position += left;
            return left;
        }
    }
}
