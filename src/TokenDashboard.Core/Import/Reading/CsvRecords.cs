using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace TokenDashboard.Import.Reading;

/// <summary>
/// Cuts CSV into records and these into fields. A quoted field may hold line breaks; where its closing quote was lost, only the line with
/// the opening one is given up, and reading goes on behind it.
/// </summary>
internal sealed class CsvRecords(LineReader lines, ImportSink sink)
{
    private const int MaxLinesOfRecord = 1000;

    private const int MaxRecordBytes = 16 << 20;

    private const int MaxColumns = 10_000;

    private readonly ArrayBufferWriter<byte> _record = new();
    private readonly List<Line> _taken = [];
    private readonly Stack<Line> _given = new();

    /// <summary>How many names the header has.</summary>
    public int Columns { get; set; } = MaxColumns;

    public char Delimiter { get; private set; } = ',';

    /// <summary>The bytes of the current record, without the last line's end.</summary>
    public ReadOnlySpan<byte> Record => _record.WrittenSpan;

    /// <summary>The line the current record begins in.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Whether the current record ends with a line's end.</summary>
    public bool IsTerminated { get; private set; }

    /// <summary>The first record: the names of the columns. It also tells the delimiter.</summary>
    public string[]? ReadHeader()
    {
        string[]? names;
        do
        {
            names = Read(isHeader: true);
        }
        while (names is not null && IsPreamble(Record));
        if (names is null || !IsTerminated)
        {
            sink.Report.Incomplete |= names is not null;
            return null;
        }
        Columns = names.Length;
        return [.. names.Select(name => name.Trim())];
    }

    /// <summary>The fields of the next record; null after the last.</summary>
    public string[]? Read() => Read(isHeader: false);

    /// <summary>The delimiter a header is written with: that of comma, semicolon, tab and bar which it has most of.</summary>
    public static char DelimiterOf(ReadOnlySpan<byte> header)
    {
        char best = ',';
        int most = header.Count((byte)',');
        foreach (char candidate in ";\t|")
        {
            int count = header.Count((byte)candidate);
            (best, most) = count > most ? (candidate, count) : (best, most);
        }
        return best;
    }

    /// <summary>Whether a line stands before the header: the delimiter, for spreadsheets, or the type of what Export-Csv wrote.</summary>
    public static bool IsPreamble(ReadOnlySpan<byte> line) => line.StartsWith("sep="u8) || line.StartsWith("#TYPE "u8);

    private string[]? Read(bool isHeader)
    {
        while (TryTake())
        {
            (LineNumber, IsTerminated) = (_taken[0].Number, _taken[0].IsTerminated);
            Delimiter = isHeader ? DelimiterOf(Record) : Delimiter;
            string? reason = null;
            while (reason is null)
            {
                if (Split(Text(Record), out bool isOpen) is { } fields)
                {
                    bool isWhole = _taken.Count == 1 || fields.Length == Columns || isHeader;
                    if (isWhole)
                        return fields;
                    reason = "a quote is opened and not closed in its place";
                }
                else if (!isOpen)
                {
                    reason = "text follows a closing quote";
                }
                else if (_taken.Count >= MaxLinesOfRecord || _record.WrittenCount > MaxRecordBytes)
                {
                    reason = "a quote is opened and not closed";
                }
                else if (!TryTakeMore())
                {
                    if (!_taken.Skip(1).Any(IsRecord))
                    {
                        // The rest of the field is still to be written.
                        sink.Report.Incomplete = true;
                        return null;
                    }
                    reason = "a quote is opened and not closed";
                }
            }
            GiveUpFirstLine(reason);
        }
        if (lines.Failure is { } failure)
            sink.Unreadable(lines.LineNumber + 1, $"the file cannot be read any further: {failure}");
        return null;
    }

    private void GiveUpFirstLine(string reason)
    {
        if (_taken[0].IsTerminated)
            sink.Unreadable(LineNumber, reason);
        else
            sink.Report.Incomplete = true;
        for (int i = _taken.Count - 1; i > 0; i--)
            _given.Push(_taken[i]);
    }

    // What is not UTF-8 is what spreadsheets of Western languages write.
    private static string Text(ReadOnlySpan<byte> record) => (Utf8.IsValid(record) ? Encoding.UTF8 : Encoding.Latin1).GetString(record);

    private bool IsRecord(Line line) => Split(Text(line.Bytes), out _) is { } fields && fields.Length == Columns;

    /// <summary>Takes the next line that is not empty as the beginning of a record.</summary>
    private bool TryTake()
    {
        _record.ResetWrittenCount();
        _taken.Clear();
        while (_given.TryPop(out Line? given) || TryRead(out given))
        {
            // A machine that stopped while it wrote leaves zeros, and files that were joined have byte order marks within.
            ReadOnlySpan<byte> line = given.Bytes.AsSpan().TrimStart((byte)0);
            line = line is [0xEF, 0xBB, 0xBF, ..] ? line[3..] : line;
            if (!line.Trim(" \t\0"u8).IsEmpty)
            {
                _record.Write(line);
                _taken.Add(given);
                sink.Report.CountLine();
                return true;
            }
        }
        return false;
    }

    private bool TryTakeMore()
    {
        if (!_given.TryPop(out Line? line) && !TryRead(out line))
            return false;
        _record.Write("\n"u8);
        _record.Write(line.Bytes);
        _taken.Add(line);
        IsTerminated = line.IsTerminated;
        return true;
    }

    private bool TryRead([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Line? line)
    {
        line = null;
        while (lines.Read(out ReadOnlySpan<byte> read))
        {
            if (!lines.IsTooLong && read.Length <= MaxRecordBytes)
            {
                line = new Line(read.ToArray(), lines.LineNumber, lines.IsTerminated);
                return true;
            }
            sink.Unreadable(lines.LineNumber, $"longer than {Math.Min(lines.MaxLineBytes, MaxRecordBytes) >> 20} MiB");
        }
        return false;
    }

    /// <summary>The fields of a record. Quotes open a field only where it begins, and are letters else.</summary>
    /// <returns>Null where a quoted field does not end, or is not the whole of its field.</returns>
    private string[]? Split(string record, out bool isOpen)
    {
        isOpen = false;
        if (!record.Contains('"', StringComparison.Ordinal))
        {
            // What a record has beyond the header is in its last field.
            return record.Split(Delimiter, Columns + 1);
        }
        var fields = new List<string>();
        int start = 0;
        while (true)
        {
            int end;
            if (start < record.Length && record[start] == '"')
            {
                end = start + 1;
                while ((end = record.IndexOf('"', end)) >= 0 && end + 1 < record.Length && record[end + 1] == '"')
                    end += 2;
                if (end < 0)
                {
                    isOpen = true;
                    return null;
                }
                if (end + 1 < record.Length && record[end + 1] != Delimiter)
                    return null;
                fields.Add(record[(start + 1)..end++].Replace("\"\"", "\"", StringComparison.Ordinal));
            }
            else
            {
                end = record.IndexOf(Delimiter, start) is >= 0 and int next ? next : record.Length;
                fields.Add(record[start..end]);
            }
            if (end >= record.Length)
                return [.. fields];
            start = end + 1;
        }
    }

    private sealed record Line(byte[] Bytes, long Number, bool IsTerminated);
}
