namespace TokenDashboard.Import;

/// <summary>
/// Cuts a stream of UTF-8 into lines without copying or decoding them. A line beyond the limit is skipped to its end, so that memory
/// stays bounded whatever the file holds.
/// </summary>
internal sealed class LineReader(Stream stream, int maxLineBytes)
{
    /// <summary>How long a line may be, in bytes: 64 MiB.</summary>
    public const int DefaultMaxLineBytes = 64 << 20;

    private const int FirstBuffer = 256 << 10;

    private byte[] _buffer = new byte[Math.Min(FirstBuffer, maxLineBytes + 2)];
    private int _start;
    private int _end;
    private bool _streamEnded;

    /// <summary>Number of the current line, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Whether the current line ends with a line feed; only the last line of a stream may not.</summary>
    public bool IsTerminated { get; private set; }

    /// <summary>Whether the current line is beyond the limit; it is then given as empty.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>What made the stream end before its time, such as a damaged archive.</summary>
    public string? Failure { get; private set; }

    public int MaxLineBytes => maxLineBytes;

    /// <summary>The first bytes, without taking them.</summary>
    public ReadOnlySpan<byte> Peek()
    {
        while (!_streamEnded && _end < _buffer.Length)
        {
            Fill();
        }
        return _buffer.AsSpan(_start, _end - _start);
    }

    /// <summary>Goes to the next line.</summary>
    /// <param name="line">The line without its end (LF or CRLF), valid until the next call.</param>
    /// <returns>False after the last.</returns>
    public bool Read(out ReadOnlySpan<byte> line)
    {
        line = default;
        IsTooLong = false;
        int searched = 0;
        while (true)
        {
            int found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                int length = searched + found;
                line = _buffer.AsSpan(_start, length);
                _start += length + 1;
                return Give(ref line, terminated: true);
            }
            searched = _end - _start;
            if (_streamEnded)
            {
                if (searched == 0 && !IsTooLong)
                {
                    return false;
                }
                line = _buffer.AsSpan(_start, searched);
                _start = _end;
                return Give(ref line, terminated: false);
            }
            if (searched > maxLineBytes)
            {
                IsTooLong = true;
                _start = _end;
                searched = 0;
            }
            MakeRoom();
            Fill();
        }
    }

    private bool Give(ref ReadOnlySpan<byte> line, bool terminated)
    {
        LineNumber++;
        IsTerminated = terminated;
        IsTooLong |= line.Length > maxLineBytes;
        line = IsTooLong ? default : line is [.., (byte)'\r'] ? line[..^1] : line;
        return true;
    }

    private void MakeRoom()
    {
        int length = _end - _start;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, length).CopyTo(_buffer);
            (_start, _end) = (0, length);
        }
        else if (length == _buffer.Length)
        {
            Array.Resize(ref _buffer, (int)Math.Min(_buffer.Length * 2L, maxLineBytes + 2L));
        }
    }

    private void Fill()
    {
        int read = 0;
        try
        {
            read = stream.Read(_buffer, _end, _buffer.Length - _end);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            Failure = exception.Message;
        }
        _end += read;
        _streamEnded = read == 0;
    }
}
