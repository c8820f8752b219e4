using System.IO.Hashing;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Reading;

/// <summary>Reads requests from CSV, by a map of columns.</summary>
internal sealed class CsvUsage
{
    private readonly ImportSink _sink;
    private readonly CsvRecords _records;
    private readonly RecordShape _shape;
    private readonly RecordSink _requests;
    private readonly (ImportColumn Column, int[] Indexes, string? Constant)[] _columns;
    private readonly int _needed;
    private readonly int _known;
    private readonly int _width;
    private readonly bool _commaIsPoint;
    private readonly RequestValues _values;
    private readonly XxHash128 _before = new();
    private readonly ILookup<long, (ImportTail Tail, ImportKey Key)> _tails;
    private readonly Func<string, string?> _get;
    private string[] _fields = [];
    private long _position;

    private CsvUsage(CsvRecords records, ImportSink sink, RecordShape shape, SpanTree? tree, string[] header, ColumnMap map, bool dayFirst)
    {
        (_records, _sink, _shape) = (records, sink, shape);
        _width = header.Length;
        _values = new RequestValues { DayFirst = dayFirst };
        _requests = new RecordSink(sink, shape, tree);
        var indexes = header.Select((name, index) => (name, index)).DistinctBy(entry => entry.name, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(entry => entry.name, entry => entry.index, StringComparer.OrdinalIgnoreCase);
        _columns = [.. map.Sources.Select(entry => (
            entry.Key,
            entry.Value.Where(name => ColumnMap.Constant(name) is null)
                .Select(name => indexes.TryGetValue(name, out int index) ? index : throw Missing($"There is no column '{name}'", header, sink)).ToArray(),
            entry.Value.Select(ColumnMap.Constant).FirstOrDefault(constant => constant is not null)))];
        // The token counts and the time: what else is missing at the end of a record is unknown.
        _needed = _columns.Where(column => column.Column is ImportColumn.Timestamp or ImportColumn.PromptTokens).SelectMany(column => column.Indexes.Take(1)).DefaultIfEmpty(-1).Max() + 1;
        _known = _columns.SelectMany(column => column.Indexes).DefaultIfEmpty(-1).Max() + 1;
        _commaIsPoint = records.Delimiter == ';' || ColumnMap.OfNames(header).Sources.ContainsKey(ImportColumn.InterruptedStream);
        _get = name => indexes.TryGetValue(name, out int index) && index < _fields.Length ? _fields[index] : null;
        _before.Append(records.Record);
        _tails = sink.ReadTails();
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="lines">The file.</param>
    /// <param name="sink">Takes the requests.</param>
    /// <param name="shape">What the format calls its columns.</param>
    /// <param name="map">The map that was asked for, or null.</param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.ImportColumnMissing"/>: the file lacks a column that is needed.</exception>
    public static void Read(LineReader lines, ImportSink sink, RecordShape shape, ColumnMap? map)
    {
        bool dayFirst = ValueText.BeginsWithDay(lines.Peek());
        var records = new CsvRecords(lines, sink);
        if (records.ReadHeader() is not { } header)
        {
            return;
        }
        ColumnMap own = shape.Columns is { } known
            ? new ColumnMap(known.Sources.Select(entry => (entry.Key, entry.Value.Where(name => header.Contains(name, StringComparer.OrdinalIgnoreCase)).ToArray())).Where(entry => entry.Item2.Length > 0))
            : ColumnMap.OfNames(header);
        ColumnMap whole = map?.Over(own) ?? own;
        bool Has(ImportColumn column) => whole.Sources.ContainsKey(column);
        if (!Has(ImportColumn.Timestamp) || !(Has(ImportColumn.PromptTokens) || Has(ImportColumn.TotalTokens) || shape.Complete is not null))
        {
            throw Missing($"No column is known to be {ImportColumns.Name(Has(ImportColumn.Timestamp) ? ImportColumn.PromptTokens : ImportColumn.Timestamp)}", header, sink);
        }
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
        for (string[]? fields = _records.Read(); fields is not null; fields = _records.Read())
        {
            _fields = fields;
            string? reason = ReadRecord(fields);
            if (reason is not null && _records.IsTerminated)
            {
                _sink.Unreadable(_records.LineNumber, reason);
            }
            else if (reason is not null)
            {
                _sink.Report.Incomplete = true;
            }
            _before.Append(_records.Record);
            _before.Append("\n"u8);
            _position++;
        }
    }

    private string? ReadRecord(string[] fields)
    {
        // A record that is still being written has not all its fields yet.
        if (fields.Length < (_records.IsTerminated ? _needed : _known))
        {
            return $"{fields.Length} fields, of which the last that is needed is number {_needed}";
        }
        if (Array.TrueForAll(fields, string.IsNullOrWhiteSpace))
        {
            return null;
        }
        if (fields.Length > _width && !string.IsNullOrWhiteSpace(fields[_width]))
        {
            // A field with a delimiter and no quotes moves those behind it.
            return $"more fields than the {_width} columns";
        }
        _values.Clear();
        foreach ((ImportColumn column, int[] indexes, string? constant) in _columns)
        {
            _values[column] = constant;
            for (int i = 0; i < indexes.Length && _values[column] is null; i++)
            {
                _values[column] = indexes[i] < fields.Length ? fields[indexes[i]] : null;
            }
        }
        if (_commaIsPoint)
        {
            // Export-Csv and spreadsheets write numbers as their culture does, without signs for thousands.
            _values[ImportColumn.DurationMs] = _values[ImportColumn.DurationMs]?.Replace(',', '.');
            _values[ImportColumn.Cost] = _values[ImportColumn.Cost]?.Replace(',', '.');
        }
        if (!_shape.Fill(_values, _get))
        {
            _requests.Pass(_values);
            return null;
        }
        return _requests.Add(_values, _records.Record, CompareTails);
    }

    /// <summary>
    /// A CSV record that the end of the file ends may be the beginning of a longer one: 12 of 123. It is imported, for many files end
    /// so, and noted, so that the longer one takes its place when the same file is imported again.
    /// </summary>
    private void CompareTails(ref ImportRow row)
    {
        row.IsTail = !_records.IsTerminated;
        if (!row.IsTail && !_tails.Contains(_position))
        {
            return;
        }
        UInt128 before = _before.GetCurrentHashAsUInt128(), line = ImportKeys.Hash(_records.Record);
        row.Tail = new ImportTail(_position, before, line);
        foreach ((ImportTail tail, ImportKey key) in _tails[_position])
        {
            if (tail.Before == before && tail.Line != line)
            {
                (row.Replaces, row.Replaced) = (true, key);
            }
        }
    }
}
