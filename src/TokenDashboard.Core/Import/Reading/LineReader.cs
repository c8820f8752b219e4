namespace TokenDashboard.Import.Reading;

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
    private byte _lineEnd = (byte)'\n';

    /// <summary>Number of the current line, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Whether the current line has an end; only the last line of a stream may not.</summary>
    public bool IsTerminated { get; private set; }

    /// <summary>Whether the current line is beyond the limit; it is then given as empty.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>What made the stream end before its time, such as a damaged archive.</summary>
    public string? Failure { get; private set; }

    /// <summary>Whether the stream has nothing more than what was taken from it.</summary>
    public bool HasEnded { get; private set; }

    public int MaxLineBytes => maxLineBytes;

    /// <summary>The first bytes, without taking them. They also tell what ends a line: LF or CRLF, or CR where there is none of these.</summary>
    public ReadOnlySpan<byte> Peek()
    {
        while (!HasEnded && _end < _buffer.Length)
        {
            Fill();
        }
        ReadOnlySpan<byte> head = _buffer.AsSpan(0, _end);
        // A CR at the very end may be half of CRLF.
        _lineEnd = head.Contains((byte)'\n') || !head[..^Math.Min(1, head.Length)].Contains((byte)'\r') ? (byte)'\n' : (byte)'\r';
        return head;
    }

    /// <summary>Goes to the next line.</summary>
    /// <param name="line">The line without its end, valid until the next call.</param>
    /// <returns>False after the last.</returns>
    public bool Read(out ReadOnlySpan<byte> line)
    {
        line = default;
        IsTooLong = false;
        int searched = 0;
        while (true)
        {
            int found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf(_lineEnd);
            if (found >= 0)
            {
                int length = searched + found;
                line = _buffer.AsSpan(_start, length);
                _start += length + 1;
                return Give(ref line, terminated: true);
            }
            searched = _end - _start;
            if (HasEnded)
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
        catch (InvalidDataException)
        {
            // The library's message speaks of other things.
            Failure = "the packed data is damaged";
        }
        catch (IOException exception)
        {
            Failure = exception.Message;
        }
        _end += read;
        HasEnded = read == 0;
    }
}
