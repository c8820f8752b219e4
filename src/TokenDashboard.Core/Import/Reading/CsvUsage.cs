using System.IO.Hashing;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Reading;

/// <summary>Reads requests from CSV, by a map of columns.</summary>
internal sealed class CsvUsage
{
    private readonly ImportSink _sink;
    private readonly CsvRecords _records;
    private readonly ColumnMap _columns;
    private readonly RecordSink _requests;
    private readonly Dictionary<string, int> _indexes;
    private readonly int _width;
    private readonly int _needed;
    private readonly bool _isAll;
    private readonly XxHash128 _before = new();
    private readonly ILookup<long, (ImportTail Tail, ImportKey Key)> _tails;
    private readonly Func<string, string?> _field;
    private readonly RecordSink.RowHandler _onRow;
    private string[] _fields = [];
    private long _position;
    private long _longer;
    private long _shorter;

    private CsvUsage(CsvRecords records, ImportSink sink, RecordShape shape, SpanTree? tree, string[] header, ColumnMap columns, bool dayFirst)
    {
        (_records, _sink, _columns, _width, _isAll) = (records, sink, columns, header.Length, shape.IsRequest is null);
        _indexes = header.Select((name, index) => (name, index)).DistinctBy(entry => entry.name, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(entry => entry.name, entry => entry.index, StringComparer.OrdinalIgnoreCase);
        if (columns.Sources.SelectMany(column => column.Value).FirstOrDefault(name => ColumnMap.Constant(name) is null && !_indexes.ContainsKey(name)) is { } missing)
            throw Missing($"There is no column '{missing}'", header, sink);
        _needed = columns.Sources.Where(column => column.Key is ImportColumn.Timestamp or (>= ImportColumn.PromptTokens and <= ImportColumn.ReasoningTokens))
            .SelectMany(column => column.Value).Max(name => _indexes.GetValueOrDefault(name)) + 1;
        _requests = new RecordSink(sink, shape, tree, dayFirst)
        {
            // Export-Csv and spreadsheets write numbers as their culture does.
            CommaIsPoint = records.Delimiter == ';' || ColumnMap.OfNames(header).Sources.ContainsKey(ImportColumn.InterruptedStream),
        };
        _field = name => _indexes.TryGetValue(name, out int index) && index < _fields.Length ? _fields[index] : null;
        _onRow = CompareTails;
        _before.Append(records.Record);
        _tails = sink.ReadTails();
    }

    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.ImportColumnMissing"/>: the file lacks a column that is needed.</exception>
    public static void Read(LineReader lines, ImportSink sink, RecordShape shape, ColumnMap? map)
    {
        bool dayFirst = ValueText.BeginsWithDay(lines.Peek());
        var records = new CsvRecords(lines, sink);
        if (records.ReadHeader() is not { } header)
            return;
        ColumnMap own = shape.Columns is { } known
            ? new ColumnMap(known.Sources.Select(entry => (entry.Key, entry.Value.Where(name => header.Contains(name, StringComparer.OrdinalIgnoreCase)).ToArray())).Where(entry => entry.Item2.Length > 0))
            : ColumnMap.OfNames(header);
        ColumnMap whole = map?.Over(own) ?? own;
        bool Has(ImportColumn column) => whole.Sources.ContainsKey(column);
        if (!Has(ImportColumn.Timestamp) || !(Has(ImportColumn.PromptTokens) || Has(ImportColumn.TotalTokens) || shape.Complete is not null))
            throw Missing($"No column is known to be {ImportColumns.Name(Has(ImportColumn.Timestamp) ? ImportColumn.PromptTokens : ImportColumn.Timestamp)}", header, sink);
        SpanTree? tree = shape.IsTree ? new SpanTree(sink) : null;
        new CsvUsage(records, sink, shape, tree, header, whole, dayFirst).ReadRecords();
        tree?.Decide();
    }

    private static TokenDashboardException Missing(string what, string[] header, ImportSink sink) => new(
        ErrorCode.ImportColumnMissing,
        $"{what} in '{sink.Report.Path}', which has: {string.Join(", ", header.Take(50).Select(ValueText.Shorten))}. Say with -Map which column is which, as in -Map @{{ timestamp = 'TIMESTAMP'; prompt_tokens = 'ContextTokens' }}.",
        target: sink.Report.Path);

    private void ReadRecords()
    {
        while (_records.Read() is { } fields)
        {
            _fields = fields;
            string? reason = ReadRecord();
            // A record that is still being written has not all its fields yet.
            if (reason is not null && !_records.IsTerminated && fields.Length <= _width)
                _sink.Report.Incomplete = true;
            else if (reason is not null)
                _sink.Unreadable(_records.LineNumber, reason);
            _before.Append(_records.Record);
            _before.Append("\n"u8);
            _position++;
        }
        _sink.Report.Note(_longer, $"Rows with more fields than the {_width} names of the header, of which it is not certain what is what; they were not taken. Export numbers with commas in quotes, or with another delimiter");
        _sink.Report.Note(_shorter, $"Rows with fewer fields than the {_width} names of the header; what is missing at their end is unknown");
    }

    private string? ReadRecord()
    {
        if (Array.TrueForAll(_fields, string.IsNullOrWhiteSpace))
            return null;
        if (_fields.Length > _width)
        {
            // A field with a delimiter and no quotes moves those behind it.
            _longer++;
            return $"more fields than the {_width} names of the header";
        }
        if (_fields.Length < (_records.IsTerminated ? _needed : _width))
            return $"{_fields.Length} fields, of which the last that is needed is number {_needed}";
        _shorter += _fields.Length < _width ? 1 : 0;
        string? reason = _requests.Add(_columns, _field, _records.Record, _onRow);
        return reason != JsonLines.NoRequest ? reason : _isAll ? "no time" : null;
    }

    /// <summary>
    /// A CSV record that the end of the file ends may be the beginning of a longer one: 12 of 123. It is imported, for many files end
    /// so, and noted, so that the longer one takes its place when the same file is imported again.
    /// </summary>
    private void CompareTails(ref ImportRow row)
    {
        row.IsTail = !_records.IsTerminated;
        if (!row.IsTail && !_tails.Contains(_position))
            return;
        UInt128 before = _before.GetCurrentHashAsUInt128(), line = ImportKeys.Hash(_records.Record);
        row.Tail = new ImportTail(_position, before, line);
        foreach ((ImportTail tail, ImportKey key) in _tails[_position])
        {
            if (tail.Before == before && tail.Line != line)
                (row.Replaces, row.Replaced) = (true, key);
        }
    }
}
