using System.Buffers;

namespace TokenDashboard.Import.Reading;

/// <summary>
/// Cuts a stream of UTF-8 into lines without copying or decoding them, or, where JSON is spread over lines, into its values: those of the
/// file, or the elements where it is an array. What is beyond the limit is skipped to its end, so that memory stays bounded.
/// </summary>
internal sealed class LineReader(Stream stream, int maxLineBytes)
{
    /// <summary>How long a line may be, in bytes: 64 MiB.</summary>
    public const int DefaultMaxLineBytes = 64 << 20;

    private const int FirstBuffer = 256 << 10;

    private static readonly SearchValues<byte> Structure = SearchValues.Create("{}[]\""u8);
    private static readonly SearchValues<byte> BetweenValues = SearchValues.Create([.. Blanks, .. "[,]"u8]);

    private byte[] _buffer = new byte[Math.Min(FirstBuffer, maxLineBytes + 2)];
    private int _start;
    private int _end;
    private byte _lineEnd = (byte)'\n';
    private long _linesBefore;
    private int _depth;
    private bool _isText;

    /// <summary>
    /// What may stand around a value: white space, zeros that a machine left which stopped while it wrote, the record separators of
    /// JSON text sequences, and the byte order marks of files that were joined.
    /// </summary>
    public static ReadOnlySpan<byte> Blanks => [(byte)' ', (byte)'\t', (byte)'\r', (byte)'\n', 0, 0x1E, 0xEF, 0xBB, 0xBF];

    /// <summary>Number of the current line, from 1; of a value, that of its first line.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Whether the current line has an end; only the last line of a stream may not.</summary>
    public bool IsTerminated { get; private set; }

    /// <summary>Whether the current line is beyond the limit; it is then given as empty.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>What made the stream end before its time, such as a damaged archive.</summary>
    public string? Failure { get; private set; }

    /// <summary>Whether the stream has nothing more than what was taken from it.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether values are read and not lines.</summary>
    public bool IsValues { get; private set; }

    public int MaxLineBytes => maxLineBytes;

    /// <summary>
    /// The first bytes, without taking them. They also tell what ends a line: LF or CRLF, or CR where there is none of these; and whether
    /// JSON is spread over lines: an array, or an object whose first line goes on.
    /// </summary>
    public ReadOnlySpan<byte> Peek()
    {
        while (!HasEnded && _end < _buffer.Length)
            Fill();
        ReadOnlySpan<byte> head = _buffer.AsSpan(0, _end);
        // A CR at the very end may be half of CRLF.
        _lineEnd = head.Contains((byte)'\n') || !head[..^Math.Min(1, head.Length)].Contains((byte)'\r') ? (byte)'\n' : (byte)'\r';
        ReadOnlySpan<byte> content = head.TrimStart(Blanks);
        ReadOnlySpan<byte> line = content[..(content.IndexOf(_lineEnd) is >= 0 and int end ? end : content.Length)].TrimEnd(" \t\r"u8);
        IsValues = (content is [(byte)'[', .. var elements] && elements.TrimStart(Blanks) is [(byte)'{' or (byte)'[' or (byte)']', ..])
            || (line is [(byte)'{', ..] && line.Length < content.Length
                && (line[^1] is (byte)'{' or (byte)'[' || (line[^1] == ',' && content[line.Length..].TrimStart(Blanks) is [(byte)'"', ..])));
        return head;
    }

    /// <summary>Goes to the next line.</summary>
    /// <param name="line">The line without its end, valid until the next call.</param>
    /// <returns>False after the last.</returns>
    public bool Read(out ReadOnlySpan<byte> line)
    {
        line = default;
        IsTooLong = false;
        (_depth, _isText) = (0, false);
        if (IsValues && !SkipToValue())
            return false;
        int searched = 0;
        while (true)
        {
            int found = IsValues ? FindValueEnd(ref searched) : _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf(_lineEnd) is >= 0 and int next ? searched + next : -1;
            if (found >= 0)
            {
                int length = found + (IsValues ? 1 : 0);
                line = _buffer.AsSpan(_start, length);
                _start += found + 1;
                return Give(ref line, terminated: true);
            }
            searched = IsValues ? searched : _end - _start;
            if (HasEnded)
            {
                if (_end == _start && !IsTooLong)
                    return false;
                line = _buffer.AsSpan(_start, _end - _start);
                _start = _end;
                return Give(ref line, terminated: false);
            }
            if (_end - _start > maxLineBytes)
            {
                IsTooLong = true;
                _linesBefore += IsValues ? _buffer.AsSpan(_start, _end - _start).Count(_lineEnd) : 0;
                _start = _end;
                searched = 0;
            }
            MakeRoom();
            Fill();
        }
    }

    /// <summary>All that was not read yet, as a stream.</summary>
    public Stream AsStream() => new RestStream(this, stream);

    private bool Give(ref ReadOnlySpan<byte> line, bool terminated)
    {
        LineNumber = IsValues ? _linesBefore + 1 : LineNumber + 1;
        _linesBefore += IsValues ? line.Count(_lineEnd) : 0;
        IsTerminated = terminated;
        IsTooLong |= line.Length > maxLineBytes;
        line = IsTooLong ? default : line is [.., (byte)'\r'] ? line[..^1] : line;
        return true;
    }

    /// <summary>Passes over what stands between values, the brackets of an array around them included.</summary>
    private bool SkipToValue()
    {
        while (true)
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
            int found = rest.IndexOfAnyExcept(BetweenValues), skipped = found < 0 ? rest.Length : found;
            _linesBefore += rest[..skipped].Count(_lineEnd);
            _start += skipped;
            if (found >= 0 || HasEnded)
                return found >= 0;
            MakeRoom();
            Fill();
        }
    }

    /// <summary>Where a value ends: with the bracket that closes its first one, or else with its line.</summary>
    private int FindValueEnd(ref int searched)
    {
        ReadOnlySpan<byte> value = _buffer.AsSpan(_start, _end - _start);
        if (!IsTooLong && value[0] != (byte)'{')
        {
            searched = value.Length;
            return value.IndexOf(_lineEnd);
        }
        while (searched < value.Length)
        {
            int next = _isText ? value[searched..].IndexOfAny((byte)'"', (byte)'\\') : value[searched..].IndexOfAny(Structure);
            if (next < 0)
            {
                searched = value.Length;
                break;
            }
            next += searched;
            if (value[next] == '\\')
            {
                if (next + 1 == value.Length)
                {
                    // What it escapes is not there yet.
                    searched = next;
                    break;
                }
                next++;
            }
            else if (value[next] == '"')
            {
                _isText = !_isText;
            }
            else
            {
                _depth += value[next] is (byte)'{' or (byte)'[' ? 1 : -1;
                if (_depth == 0)
                    return next;
            }
            searched = next + 1;
        }
        return -1;
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

    private sealed class RestStream(LineReader reader, Stream stream) : ReadOnlyStream(stream)
    {
        public override int Read(Span<byte> buffer)
        {
            int held = Math.Min(buffer.Length, reader._end - reader._start);
            if (held == 0)
            {
                int read = base.Read(buffer);
                reader.HasEnded |= read == 0;
                return read;
            }
            reader._buffer.AsSpan(reader._start, held).CopyTo(buffer);
            reader._start += held;
            return held;
        }
    }
}
