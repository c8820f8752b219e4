using System.Buffers;

namespace TokenDashboard.Import.Reading;

/// <summary>
/// Splits a stream of UTF-8 into lines without copying or decoding them. If JSON spans lines, it is split into values: those of the
/// file, or the elements if it is an array. Values beyond the limit are skipped, so that memory stays bounded.
/// </summary>
internal sealed class LineReader(Stream stream, int maxLineBytes)
{
    /// <summary>The maximum length of a line in bytes: 64 MiB.</summary>
    public const int DefaultMaxLineBytes = 64 << 20;

    private const int FirstBuffer = 256 << 10;

    private static readonly SearchValues<byte> BetweenValues = SearchValues.Create([.. Blanks, .. "[,]"u8]);

    private byte[] _buffer = new byte[Math.Min(FirstBuffer, maxLineBytes + 2)];
    private int _start;
    private int _end;
    private byte _lineEnd = (byte)'\n';
    private long _linesBefore;

    // Within a value: the nesting depth, whether the position is within a string, and whether the value is broken. The indent of its first line, and the
    // column in the current line, or -1 after its indent. The position at which a next value may begin, or 0.
    private int _depth;
    private bool _isText;
    private bool _isBroken;
    private int _indent;
    private int _column;
    private int _next;

    /// <summary>
    /// The bytes that can surround a value: white space, zeros that a machine left when it stopped during a write, the record separators of
    /// JSON text sequences, and the byte order marks of concatenated files.
    /// </summary>
    public static ReadOnlySpan<byte> Blanks => [(byte)' ', (byte)'\t', (byte)'\r', (byte)'\n', 0, 0x1E, 0xEF, 0xBB, 0xBF];

    /// <summary>Number of the current line, counted from 1. For a value, the number of its first line.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Whether the current line has an end. Only the last line of a stream may have none.</summary>
    public bool IsTerminated { get; private set; }

    /// <summary>Whether the current line is beyond the limit. It is then returned as empty.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Why the stream ended early, for example because an archive is damaged.</summary>
    public string? Failure { get; private set; }

    /// <summary>Whether the whole stream has been read into the buffer.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether values are read instead of lines.</summary>
    public bool IsValues { get; private set; }

    /// <summary>Whether lines are JSON. Otherwise, they are CSV.</summary>
    public bool IsJson { get; private set; }

    public int MaxLineBytes => maxLineBytes;

    /// <summary>
    /// The first bytes, without consuming them. They determine what ends a line: LF or CRLF, or CR if there are none. They also determine whether
    /// lines are JSON, and whether JSON spans lines: an array, or an object that continues after its first line.
    /// </summary>
    public ReadOnlySpan<byte> Peek()
    {
        while (!HasEnded && _end < _buffer.Length)
            Fill();
        ReadOnlySpan<byte> head = _buffer.AsSpan(0, _end), rest = head;
        // A CR at the very end may be half of CRLF.
        _lineEnd = head.Contains((byte)'\n') || !head[..^Math.Min(1, head.Length)].Contains((byte)'\r') ? (byte)'\n' : (byte)'\r';
        ReadOnlySpan<byte> first = NextLine(ref rest).TrimEnd(" \t"u8), second = NextLine(ref rest);
        IsValues = (first is [(byte)'[', ..] && head.TrimStart(Blanks)[1..].TrimStart(Blanks) is [(byte)'{' or (byte)'[' or (byte)']', ..])
            || (first is [(byte)'{', .., (byte)'{' or (byte)'['] or [(byte)'{'])
            || (first is [(byte)'{', .., (byte)','] && second is [(byte)'"', ..]);
        // The first line may be the end of a line, if a log was cut by size. A record of CSV can also begin with a brace, but not with a brace
        // and a quote, because a field that contains a quote must be quoted.
        IsJson = IsValues || first is [(byte)'{', ..] || (second is [(byte)'{', .. var members] && members.TrimStart(Blanks) is [(byte)'"', ..]);
        return head;
    }

    /// <summary>Removes and returns the next line of a text that is not empty.</summary>
    public static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(Blanks);
        int end = text.IndexOfAny((byte)'\n', (byte)'\r');
        ReadOnlySpan<byte> line = end < 0 ? text : text[..end];
        text = text[line.Length..];
        return line;
    }

    /// <summary>Goes to the next line; false after the last. The line does not include its end, and is valid until the next call.</summary>
    public bool Read(out ReadOnlySpan<byte> line)
    {
        line = default;
        (IsTooLong, _depth, _isText, _isBroken, _column, _next) = (false, 0, false, false, -1, 0);
        if (IsValues && !SkipToValue())
            return false;
        int searched = 0, found;
        while ((found = FindEnd(ref searched)) < 0 && !HasEnded)
        {
            if (_end - _start > maxLineBytes)
            {
                if (_next > 0)
                    break;
                IsTooLong = true;
                _linesBefore += _buffer.AsSpan(_start, _end - _start).Count(_lineEnd);
                searched = Math.Max(0, searched - (_end - _start));
                _start = _end;
            }
            Fill();
        }
        found = found < 0 && _next > 0 ? _next - 1 : found;
        if (found < 0 && _end == _start && !IsTooLong)
            return false;
        IsTerminated = found >= 0 || _isBroken;
        line = _buffer.AsSpan(_start, found >= 0 ? found + 1 : _end - _start);
        _start += line.Length;
        LineNumber = _linesBefore + 1;
        _linesBefore += line.Count(_lineEnd);
        IsTooLong |= line.Length > maxLineBytes;
        line = IsTooLong ? default : line.TrimEnd("\r\n"u8);
        return true;
    }

    /// <summary>Skips the bytes between values, including the brackets of an array around them.</summary>
    private bool SkipToValue()
    {
        while (true)
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
            int found = rest.IndexOfAnyExcept(BetweenValues), skipped = found < 0 ? rest.Length : found;
            _linesBefore += rest[..skipped].Count(_lineEnd);
            _indent = skipped - 1 - rest[..skipped].LastIndexOf(_lineEnd);
            _start += skipped;
            if (found >= 0 || HasEnded)
                return found >= 0;
            Fill();
        }
    }

    /// <summary>
    /// The end of a line or a value. A value ends with the bracket that closes its first one or, without brackets, with its line. If a quote or a
    /// bracket is missing, the value ends before the next line that begins with a brace at the same or a smaller indent.
    /// </summary>
    private int FindEnd(ref int searched)
    {
        ReadOnlySpan<byte> text = _buffer.AsSpan(_start, _end - _start);
        if (!IsValues || (!IsTooLong && text[0] != (byte)'{'))
        {
            int found = text[searched..].IndexOf(_lineEnd);
            (found, searched) = (found < 0 ? found : searched + found, text.Length);
            return found;
        }
        // The character after a backslash is skipped, even if it is not in the buffer yet.
        for (; searched < text.Length; searched += _isText && text[searched] == '\\' ? 2 : 1)
        {
            byte next = text[searched];
            if (next == _lineEnd)
            {
                // Strings do not continue in the next line: a quote is missing, or there is one too many.
                (_isBroken, _column) = (_isBroken || _isText, 0);
                continue;
            }
            if (_column >= 0 && next is (byte)' ' or (byte)'\t')
            {
                _column++;
                continue;
            }
            _next = _next == 0 && next == '{' && _column >= 0 && _column <= _indent ? searched : _next;
            _column = -1;
            if (_isBroken && _next > 0)
                return _next - 1;
            if (next == '"')
                _isText = !_isText;
            else if (!_isText && next is (byte)'{' or (byte)'[')
                _depth++;
            else if (!_isText && next is (byte)'}' or (byte)']' && --_depth == 0)
                return next == '}' || _next == 0 ? searched : _next - 1;
        }
        return -1;
    }

    private void Fill()
    {
        int length = _end - _start, read = 0;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, length).CopyTo(_buffer);
            (_start, _end) = (0, length);
        }
        else if (length == _buffer.Length)
        {
            Array.Resize(ref _buffer, (int)Math.Min(_buffer.Length * 2L, maxLineBytes + 2L));
        }
        try
        {
            read = stream.Read(_buffer, _end, _buffer.Length - _end);
        }
        catch (InvalidDataException)
        {
            // The library's message would be misleading.
            Failure = "the compressed data is damaged";
        }
        catch (IOException exception)
        {
            Failure = exception.Message;
        }
        _end += read;
        HasEnded = read == 0;
    }
}
