using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Sylvan.Data.Csv;

namespace TokenDashboard.Import.Reading;

/// <summary>
/// Cuts CSV into records and has a library split them into fields. Each record is cut out first, because the bytes of a record are its
/// key, and so that one that is damaged ends with itself.
/// </summary>
internal sealed class CsvRecords(LineReader lines, ImportSink sink)
{
    /// <summary>A quoted field may hold line breaks, but a quote that is never closed must not swallow the file.</summary>
    private const int MaxLinesOfRecord = 1000;

    private const int MaxRecordBytes = 16 << 20;

    private const int MaxColumns = 10_000;

    private readonly ArrayBufferWriter<byte> _record = new();
    private readonly char[] _buffer = new char[32 << 10];
    private char _delimiter = ',';
    private int _columns = MaxColumns;

    /// <summary>The bytes of the current record, without the last line's end.</summary>
    public ReadOnlySpan<byte> Record => _record.WrittenSpan;

    /// <summary>The line the current record begins in.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Whether the current record ends with a line's end.</summary>
    public bool IsTerminated { get; private set; }

    /// <summary>The first record: the names of the columns. It also tells the delimiter.</summary>
    public string[]? ReadHeader()
    {
        string[]? names = Read(isHeader: true);
        if (names is not null && !IsTerminated)
        {
            sink.Report.Incomplete = true;
            return null;
        }
        if (names is null)
        {
            return null;
        }
        // What a record has beyond the header is in its last field.
        _columns = names.Length + 1;
        return [.. names.Select(name => name.Trim())];
    }

    /// <summary>The fields of the next record; null after the last.</summary>
    public string[]? Read() => Read(isHeader: false);

    /// <summary>The delimiter a header is written with: that of comma, semicolon, tab and bar which it has most of.</summary>
    private static char Delimiter(ReadOnlySpan<byte> header)
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

    private string[]? Read(bool isHeader)
    {
        while (TryCut())
        {
            _delimiter = isHeader ? Delimiter(Record) : _delimiter;
            string? reason;
            try
            {
                if (Utf8.IsValid(Record))
                {
                    return Split();
                }
                reason = "not UTF-8";
            }
            catch (Exception exception) when (exception is CsvFormatException or CsvRecordTooLargeException)
            {
                reason = $"not CSV: {exception.Message}";
            }
            if (IsTerminated)
            {
                sink.Unreadable(LineNumber, reason);
            }
            else
            {
                sink.Report.Incomplete = true;
            }
        }
        return null;
    }

    private bool TryCut()
    {
        _record.ResetWrittenCount();
        bool isOpen = false;
        for (int count = 0; lines.Read(out ReadOnlySpan<byte> line);)
        {
            if (lines.IsTooLong || line.Length > MaxRecordBytes)
            {
                sink.Unreadable(lines.LineNumber, $"longer than {Math.Min(lines.MaxLineBytes, MaxRecordBytes) >> 20} MiB");
                (count, isOpen) = (0, false);
                _record.ResetWrittenCount();
                continue;
            }
            if (count == 0)
            {
                // A machine that stopped while it wrote leaves zeros.
                line = line.TrimStart((byte)0);
                if (line.Trim(" \t\0"u8).IsEmpty)
                {
                    continue;
                }
                LineNumber = lines.LineNumber;
            }
            else
            {
                _record.Write("\n"u8);
            }
            _record.Write(line);
            IsTerminated = lines.IsTerminated;
            count++;
            isOpen = EndsInQuotes(line, isOpen);
            if (!isOpen)
            {
                return true;
            }
            if (!IsTerminated)
            {
                break;
            }
            if (count >= MaxLinesOfRecord || _record.WrittenCount > MaxRecordBytes)
            {
                sink.Unreadable(LineNumber, $"a quote is opened and not closed; {count} lines are left out");
                (count, isOpen) = (0, false);
                _record.ResetWrittenCount();
            }
        }
        if (_record.WrittenCount > 0)
        {
            // The end of the file came before the closing quote.
            sink.Report.Incomplete = true;
        }
        if (lines.Failure is { } failure)
        {
            sink.Unreadable(lines.LineNumber + 1, $"the file cannot be read any further: {failure}");
        }
        return false;
    }

    /// <summary>Whether the field a line ends in is quoted and goes on. Quotes open a field only where it begins, and are letters else.</summary>
    private bool EndsInQuotes(ReadOnlySpan<byte> line, bool isOpen)
    {
        while (true)
        {
            if (!isOpen && line is [(byte)'"', ..])
            {
                isOpen = true;
                line = line[1..];
            }
            int end = line.IndexOf(isOpen ? (byte)'"' : (byte)_delimiter);
            if (end < 0)
            {
                return isOpen;
            }
            line = line[(end + 1)..];
            if (isOpen && line is [(byte)'"', ..])
            {
                line = line[1..];
            }
            else if (isOpen)
            {
                isOpen = false;
                int next = line.IndexOf((byte)_delimiter);
                line = next < 0 ? default : line[(next + 1)..];
            }
        }
    }

    private string[] Split()
    {
        string record = Encoding.UTF8.GetString(Record);
        if (!record.Contains('"', StringComparison.Ordinal))
        {
            return record.Split(_delimiter, _columns);
        }
        var options = new CsvDataReaderOptions
        {
            HasHeaders = false,
            Delimiter = _delimiter,
            // No record begins with this; with #, the library's own mark of a comment, one may.
            Comment = '\0',
            Culture = CultureInfo.InvariantCulture,
            MaxBufferSize = MaxRecordBytes * 2,
        };
        using CsvDataReader reader = CsvDataReader.Create(new StringReader(record), _buffer, options);
        if (!reader.Read())
        {
            return [];
        }
        string[] fields = new string[reader.RowFieldCount];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = reader.GetString(i);
        }
        return fields;
    }
}
