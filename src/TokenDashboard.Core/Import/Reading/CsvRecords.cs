using System.Text.Unicode;

namespace TokenDashboard.Import.Reading;

/// <summary>
/// Cuts CSV into records and these into fields. A quoted field may hold line breaks; where its closing quote was lost, only the line with
/// the opening one is given up, and reading goes on behind it.
/// </summary>
internal sealed class CsvRecords(LineReader lines, ImportSink sink)
{
    private const int MaxLinesOfRecord = 1000;
    private const int MaxRecordLength = 16 << 20;

    // The lines of the current record, and behind them those that were read to find the end of a quote.
    private readonly List<Line> _lines = [];
    private int _linesOfRecord;

    /// <summary>How many names the header has.</summary>
    public int Columns { get; set; } = int.MaxValue - 1;

    public char Delimiter { get; private set; } = ',';

    /// <summary>The current record, without the last line's end.</summary>
    public string Record { get; private set; } = "";

    public bool IsTerminated { get; private set; }

    /// <summary>The first record: the names of the columns. It also tells the delimiter.</summary>
    public string[]? ReadHeader()
    {
        string[]? names = Read(isHeader: true);
        while (names is not null && IsPreamble(Record))
            names = Read(isHeader: true);
        sink.Report.Incomplete |= names is not null && !IsTerminated;
        return IsTerminated ? names : null;
    }

    /// <summary>The delimiter a header is written with: that of comma, semicolon, tab and bar which it has most of.</summary>
    public static char DelimiterOf(string header) => ",;\t|".MaxBy(delimiter => header.Count(letter => letter == delimiter));

    /// <summary>Whether a line stands before the header: the delimiter, for spreadsheets, or the type of what Export-Csv wrote.</summary>
    public static bool IsPreamble(string line) => line.StartsWith("sep=", StringComparison.Ordinal) || line.StartsWith("#TYPE ", StringComparison.Ordinal);

    /// <summary>The fields of the next record; null after the last.</summary>
    public string[]? Read(bool isHeader = false)
    {
        _lines.RemoveRange(0, _linesOfRecord);
        while (TryBegin())
        {
            Delimiter = isHeader ? DelimiterOf(Record) : Delimiter;
            string? reason = null;
            while (reason is null)
            {
                (IsTerminated, sink.LineNumber) = (_lines[_linesOfRecord - 1].IsTerminated, _lines[0].Number);
                string[]? fields = Split(Record, out bool isOpen);
                if (fields is not null && (_linesOfRecord == 1 || fields.Length == Columns || isHeader))
                    return fields;
                if (!isOpen)
                    reason = fields is null ? "text follows a closing quote" : "a quote is opened and not closed in its place";
                else if (_linesOfRecord >= MaxLinesOfRecord || Record.Length > MaxRecordLength)
                    reason = "a quote is opened and not closed";
                else if (_lines.Count > _linesOfRecord || TryReadLine())
                    Record = $"{Record}\n{_lines[_linesOfRecord++].Text}";
                else if (_lines.Skip(1).Any(IsRecord))
                    reason = "a quote is opened and not closed";
                else
                    break;
            }
            sink.LineNumber = _lines[0].Number;
            // Without a reason, the rest of the field is still to be written.
            if (reason is null || !_lines[0].IsTerminated)
                sink.Report.Incomplete = true;
            else
                sink.Unreadable(reason);
            _lines.RemoveRange(0, reason is null ? _lines.Count : 1);
        }
        return null;
    }

    /// <summary>Takes the next line that is not empty as the beginning of a record.</summary>
    private bool TryBegin()
    {
        while (_lines.Count > 0 || TryReadLine())
        {
            if (!string.IsNullOrWhiteSpace(_lines[0].Text))
            {
                (Record, _linesOfRecord) = (_lines[0].Text, 1);
                sink.Report.Lines++;
                return true;
            }
            _lines.RemoveAt(0);
        }
        _linesOfRecord = 0;
        return false;
    }

    private bool TryReadLine()
    {
        if (!sink.Read(lines, out ReadOnlySpan<byte> line))
            return false;
        // A machine that stopped while it wrote leaves zeros, and files that were joined have byte order marks within.
        line = line.TrimStart((byte)0);
        line = line is [0xEF, 0xBB, 0xBF, ..] ? line[3..] : line;
        // What is not UTF-8 is what spreadsheets of Western languages write.
        _lines.Add(new Line((Utf8.IsValid(line) ? Encoding.UTF8 : Encoding.Latin1).GetString(line), lines.LineNumber, lines.IsTerminated));
        return true;
    }

    private bool IsRecord(Line line) => Split(line.Text, out _) is { } fields && fields.Length == Columns;

    /// <summary>The fields of a record. Quotes open a field only where it begins, and are letters else.</summary>
    /// <returns>Null where a quoted field does not end, or is not the whole of its field.</returns>
    private string[]? Split(string record, out bool isOpen)
    {
        isOpen = false;
        // What a record has beyond the header is in its last field.
        if (!record.Contains('"', StringComparison.Ordinal))
            return record.Split(Delimiter, Columns + 1);
        var fields = new List<string>();
        for (int start = 0, end = -1; end < record.Length; start = end + 1)
        {
            if (start < record.Length && record[start] == '"')
            {
                end = start + 1;
                while ((end = record.IndexOf('"', end)) >= 0 && end + 1 < record.Length && record[end + 1] == '"')
                    end += 2;
                isOpen = end < 0;
                if (isOpen || (++end < record.Length && record[end] != Delimiter))
                    return null;
                fields.Add(record[(start + 1)..(end - 1)].Replace("\"\"", "\"", StringComparison.Ordinal));
            }
            else
            {
                end = record.IndexOf(Delimiter, start) is >= 0 and int next ? next : record.Length;
                fields.Add(record[start..end]);
            }
        }
        return [.. fields];
    }

    private sealed record Line(string Text, long Number, bool IsTerminated);
}
