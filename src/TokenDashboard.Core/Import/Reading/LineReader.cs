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

    private static readonly SearchValues<byte> BetweenValues = SearchValues.Create([.. Blanks, .. "[,]"u8]);

    private byte[] _buffer = new byte[Math.Min(FirstBuffer, maxLineBytes + 2)];
    private int _start;
    private int _end;
    private byte _lineEnd = (byte)'\n';
    private long _linesBefore;

    // Within a value: how deep it is open and whether within a text; whether it is broken; how far in its line began, and the one being
    // looked at, or -1 behind its blanks; and where a next value may begin, or 0.
    private int _depth;
    private bool _isText;
    private bool _isBroken;
    private int _indent;
    private int _column;
    private int _next;

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

    /// <summary>Whether lines are JSON; otherwise they are CSV.</summary>
    public bool IsJson { get; private set; }

    public int MaxLineBytes => maxLineBytes;

    /// <summary>
    /// The first bytes, without taking them. They also tell what ends a line: LF or CRLF, or CR where there is none of these; and whether
    /// lines are JSON, and that is spread over lines: an array, or an object whose first line goes on.
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
        // The first line may be the end of one, where a log was cut by its size. A record of CSV may begin with a brace, too, but not with a
        // quote behind it, which would have to be quoted.
        IsJson = IsValues || first is [(byte)'{', ..] || (second is [(byte)'{', .. var members] && members.TrimStart(Blanks) is [(byte)'"', ..]);
        return head;
    }

    /// <summary>Takes the next line of a text that is not empty.</summary>
    public static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(Blanks);
        int end = text.IndexOfAny((byte)'\n', (byte)'\r');
        ReadOnlySpan<byte> line = end < 0 ? text : text[..end];
        text = text[line.Length..];
        return line;
    }

    /// <summary>Goes to the next line.</summary>
    /// <param name="line">The line without its end, valid until the next call.</param>
    /// <returns>False after the last.</returns>
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

    /// <summary>Passes over what stands between values, the brackets of an array around them included.</summary>
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
    /// Where a line ends; a value with the bracket that closes its first one, or where it has none with its line. Where a quote or a bracket
    /// was lost, it ends before the next line that begins with a bracket as far left.
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
        // What a backslash escapes is passed over, also where it is not there yet.
        for (; searched < text.Length; searched += _isText && text[searched] == '\\' ? 2 : 1)
        {
            byte next = text[searched];
            if (next == _lineEnd)
            {
                // No text goes on in the next line: it has one too much, or lost a quote.
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
