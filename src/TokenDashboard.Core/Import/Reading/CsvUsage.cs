using System.IO.Hashing;
using System.Runtime.InteropServices;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Reading;

/// <summary>Reads requests from CSV, by a map of columns.</summary>
internal sealed class CsvUsage(CsvRecords records, RecordSink requests, ColumnMap? map)
{
    private readonly XxHash128 _before = new();
    private readonly ILookup<long, (ImportTail Tail, ImportKey Key)> _tails = requests.Sink.ReadTails();
    private ColumnMap _columns = null!;
    private Dictionary<string, int> _indexes = [];
    private int _needed;
    private string[] _fields = [];
    private long _position;
    private long _longer;
    private long _shorter;

    private ReadOnlySpan<byte> Record => MemoryMarshal.AsBytes(records.Record.AsSpan());

    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.ImportColumnMissing"/>: a required column of the file is missing.</exception>
    public static void Read(LineReader lines, RecordSink requests, ColumnMap? map)
    {
        var records = new CsvRecords(lines, requests.Sink);
        if (records.ReadHeader() is not { } header)
            return;
        var usage = new CsvUsage(records, requests, map);
        if (usage.Begin(header) is { } missing)
        {
            string path = requests.Sink.Report.Path;
            throw new TokenDashboardException(
                ErrorCode.ImportColumnMissing,
                $"{missing} in '{path}', whose columns are: {string.Join(", ", header.Take(50).Select(ValueText.Shorten))}. Map the columns with -Map, as in -Map @{{ timestamp = 'TIMESTAMP'; "
                    + "prompt_tokens = 'ContextTokens' }. If several columns have the same name, rename all but one.",
                target: path);
        }
        usage.ReadRecords();
        requests.Sink.Report.Note(
            usage._longer,
            "Rows that were skipped because they have more fields than the header, so the columns of the fields are uncertain. Export numbers with commas in quotes, or use another delimiter");
        requests.Sink.Report.Note(usage._shorter, "Rows with fewer fields than the header, whose missing values are stored as unknown");
    }

    /// <summary>Reads the names of the columns. Returns the problem if one is missing; otherwise null.</summary>
    private string? Begin(string[] header)
    {
        var indexes = header.Select((name, index) => (Name: name.Trim(), index)).DistinctBy(column => column.Name, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(column => column.Name, column => column.index, StringComparer.OrdinalIgnoreCase);
        ColumnMap own = requests.Format.Columns?.Among(indexes.ContainsKey) ?? ColumnMap.OfNames(indexes.Keys), columns = map?.Over(own) ?? own;
        bool hasTime = columns.Sources.ContainsKey(ImportColumn.Timestamp);
        if (!hasTime || !(columns.Sources.ContainsKey(ImportColumn.PromptTokens) || columns.Sources.ContainsKey(ImportColumn.TotalTokens) || requests.Format.Complete is not null))
        {
            ImportColumn lacking = hasTime ? ImportColumn.PromptTokens : ImportColumn.Timestamp;
            string named = requests.Format.Columns?.Sources.GetValueOrDefault(lacking) is { } names ? $", which {requests.Format.Name} calls {string.Join(" or ", names)}," : "";
            return $"No column is detected as {ImportColumns.Name(lacking)}{named}";
        }
        string[] read = [.. columns.Sources.Values.SelectMany(names => names).Where(name => ColumnMap.Constant(name) is null)];
        if (read.FirstOrDefault(name => !indexes.ContainsKey(name)) is { } missing)
            return $"There is no column '{missing}'";
        if (read.FirstOrDefault(name => header.Count(other => other.Trim().Equals(name, StringComparison.OrdinalIgnoreCase)) > 1) is { } twice)
            return $"Several columns are named '{twice}'";
        (_columns, _indexes, records.Columns) = (columns, indexes, header.Length);
        _needed = columns.Sources.Where(column => column.Key is ImportColumn.Timestamp or (>= ImportColumn.PromptTokens and < ImportColumn.Cost))
            .SelectMany(column => column.Value).Max(name => indexes.GetValueOrDefault(name)) + 1;
        // Export-Csv and spreadsheets format numbers by culture, so if the delimiter is not a comma, numbers can contain commas.
        requests.Values.CommaIsPoint = records.Delimiter != ',' || ColumnMap.OfNames(indexes.Keys).Sources.ContainsKey(ImportColumn.InterruptedStream);
        // They write no thousands separators, but other programs do.
        requests.Values.MayHaveThousands = records.Delimiter != ',';
        return null;
    }

    private void ReadRecords()
    {
        do
        {
            _before.Append(Record);
            _before.Append("\n"u8);
            _position++;
            _fields = records.Read() ?? [];
            // Concatenated files repeat the header, possibly in another order.
            if (AddRecord() is { } reason && !(records.IsTerminated && Begin(_fields) is null))
                Refuse(reason);
        }
        while (_fields.Length > 0);
    }

    private string? AddRecord()
    {
        if (Array.TrueForAll(_fields, string.IsNullOrWhiteSpace))
            return null;
        // An unquoted field that contains a delimiter shifts the fields after it.
        if (_fields.Length > records.Columns)
            return $"more than the {records.Columns} fields of the header";
        if (_fields.Length < (records.IsTerminated ? _needed : records.Columns))
            return $"only {_fields.Length} fields, but field {_needed} is required";
        CompareTails();
        string? reason = requests.Add(_columns, name => _indexes.TryGetValue(name, out int index) && index < _fields.Length ? _fields[index] : null, Record);
        _shorter += reason is null && _fields.Length < records.Columns ? 1 : 0;
        return reason;
    }

    private void Refuse(string reason)
    {
        if (reason == JsonLines.NoRequest && requests.Format.IsRequest is not null)
            return;
        _longer += _fields.Length > records.Columns ? 1 : 0;
        // A record that is still being written is missing fields, or its last field is incomplete.
        requests.Sink.Report.Incomplete |= !records.IsTerminated && _fields.Length <= records.Columns;
        if (records.IsTerminated || _fields.Length >= records.Columns)
            requests.Sink.Unreadable(reason == JsonLines.NoRequest ? "no time" : reason);
    }

    /// <summary>
    /// A CSV record at the end of the file may be the beginning of a longer record, such as 12 of 123. It is imported, because many files end
    /// without a line break, and noted, so that the longer record replaces it when the same file is imported again.
    /// </summary>
    private void CompareTails()
    {
        (requests.Tail, requests.Replaced) = (null, null);
        if (records.IsTerminated && !_tails.Contains(_position))
            return;
        var tail = new ImportTail(_position, _before.GetCurrentHashAsUInt128(), ImportKey.HashOf(Record));
        requests.Tail = records.IsTerminated ? null : tail;
        foreach ((ImportTail noted, ImportKey key) in _tails[_position])
            requests.Replaced = noted.Before == tail.Before && noted.Line != tail.Line ? key : requests.Replaced;
    }
}
