using System.Text.Unicode;

namespace TokenDashboard.Import.Reading;

/// <summary>
/// Splits CSV into records, and records into fields. A quoted field can contain line breaks. If its closing quote is missing, only the line with
/// the opening quote is skipped, and reading continues after it.
/// </summary>
internal sealed class CsvRecords(LineReader lines, ImportSink sink)
{
    private const int MaxLinesOfRecord = 1000;
    private const int MaxRecordLength = 16 << 20;

    // The lines of the current record, followed by lines that were read to find the end of a quoted field.
    private readonly List<Line> _lines = [];
    private int _linesOfRecord;

    /// <summary>The number of names in the header.</summary>
    public int Columns { get; set; } = int.MaxValue - 1;

    public char Delimiter { get; private set; } = ',';

    /// <summary>The current record, without the line break at its end.</summary>
    public string Record { get; private set; } = "";

    public bool IsTerminated { get; private set; }

    /// <summary>The first record: the names of the columns. It also determines the delimiter.</summary>
    public string[]? ReadHeader()
    {
        string[]? names = Read(isHeader: true);
        while (names is not null && IsPreamble(Record))
            names = Read(isHeader: true);
        sink.Report.Incomplete |= names is not null && !IsTerminated;
        return IsTerminated ? names : null;
    }

    /// <summary>The delimiter of a header: the most frequent of comma, semicolon, tab, vertical bar, and the Arabic semicolon of Export-Csv -UseCulture in Persian.</summary>
    public static char DelimiterOf(string header) => ",;\t|\u061B".MaxBy(delimiter => header.Count(letter => letter == delimiter));

    /// <summary>Whether a line precedes the header: the delimiter, for spreadsheets, or the type that Export-Csv writes.</summary>
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
                    reason = "a quote is opened but not closed";
                else if (_lines.Count > _linesOfRecord || TryReadLine())
                    Record = $"{Record}\n{_lines[_linesOfRecord++].Text}";
                else if (_lines.Skip(1).Any(IsRecord))
                    reason = "a quote is opened but not closed";
                else
                    break;
            }
            sink.LineNumber = _lines[0].Number;
            // Without a reason, the rest of the field has not been written yet.
            if (reason is null || !_lines[0].IsTerminated)
                sink.Report.Incomplete = true;
            else
                sink.Unreadable(reason);
            _lines.RemoveRange(0, reason is null ? _lines.Count : 1);
        }
        return null;
    }

    /// <summary>Begins a record with the next line that is not empty.</summary>
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
        // A machine that stopped during a write leaves zeros, and concatenated files contain byte order marks.
        line = line.TrimStart((byte)0);
        line = line is [0xEF, 0xBB, 0xBF, ..] ? line[3..] : line;
        // Spreadsheets in Western languages write Latin-1 instead of UTF-8.
        _lines.Add(new Line((Utf8.IsValid(line) ? Encoding.UTF8 : Encoding.Latin1).GetString(line), lines.LineNumber, lines.IsTerminated));
        return true;
    }

    private bool IsRecord(Line line) => Split(line.Text, out _) is { } fields && fields.Length == Columns;

    /// <summary>The fields of a record. A quote opens a field only at its beginning. Elsewhere, it is an ordinary character.</summary>
    /// <returns>Null if a quoted field does not end, or if text follows it.</returns>
    private string[]? Split(string record, out bool isOpen)
    {
        isOpen = false;
        // The last field contains everything beyond the columns of the header.
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
