using System.IO.Hashing;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Reading;

/// <summary>Reads requests from CSV, by a map of columns.</summary>
internal sealed class CsvUsage(CsvRecords records, ImportSink sink, RecordShape shape, SpanTree? tree, ColumnMap? map, bool dayFirst)
{
    private readonly XxHash128 _before = new();
    private readonly ILookup<long, (ImportTail Tail, ImportKey Key)> _tails = sink.ReadTails();
    private RecordSink _requests = null!;
    private ColumnMap _columns = null!;
    private Dictionary<string, int> _indexes = [];
    private int _width;
    private int _needed;
    private string[] _fields = [];
    private long _position;
    private long _longer;
    private long _shorter;

    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.ImportColumnMissing"/>: the file lacks a column that is needed.</exception>
    public static void Read(LineReader lines, ImportSink sink, RecordShape shape, SpanTree? tree, ColumnMap? map)
    {
        bool dayFirst = ValueText.BeginsWithDay(lines.Peek());
        var records = new CsvRecords(lines, sink);
        if (records.ReadHeader() is not { } header)
            return;
        var usage = new CsvUsage(records, sink, shape, tree, map, dayFirst);
        if (usage.WhatIsMissing(header) is { } missing)
        {
            throw new TokenDashboardException(
                ErrorCode.ImportColumnMissing,
                $"{missing} in '{sink.Report.Path}', which has: {string.Join(", ", header.Take(50).Select(ValueText.Shorten))}. Say with -Map which column is which, as in -Map @{{ timestamp = 'TIMESTAMP'; prompt_tokens = 'ContextTokens' }}.",
                target: sink.Report.Path);
        }
        usage.Begin(header);
        usage.ReadRecords();
    }

    private ColumnMap ColumnsOf(string[] header)
    {
        ColumnMap own = shape.Columns is { } known
            ? new ColumnMap(known.Sources.Select(entry => (entry.Key, entry.Value.Where(name => ColumnMap.Constant(name) is not null || header.Contains(name, StringComparer.OrdinalIgnoreCase)).ToArray())).Where(entry => entry.Item2.Length > 0))
            : ColumnMap.OfNames(header);
        return map?.Over(own) ?? own;
    }

    private string? WhatIsMissing(string[] header)
    {
        IReadOnlyDictionary<ImportColumn, string[]> sources = ColumnsOf(header).Sources;
        bool hasTime = sources.ContainsKey(ImportColumn.Timestamp);
        if (!hasTime || !(sources.ContainsKey(ImportColumn.PromptTokens) || sources.ContainsKey(ImportColumn.TotalTokens) || shape.Complete is not null))
            return $"No column is known to be {ImportColumns.Name(hasTime ? ImportColumn.PromptTokens : ImportColumn.Timestamp)}";
        string? missing = sources.Values.SelectMany(names => names).FirstOrDefault(name => ColumnMap.Constant(name) is null && !header.Contains(name, StringComparer.OrdinalIgnoreCase));
        return missing is null ? null : $"There is no column '{missing}'";
    }

    private void Begin(string[] header)
    {
        _columns = ColumnsOf(header);
        _width = header.Length;
        _indexes = header.Select((name, index) => (name, index)).DistinctBy(entry => entry.name, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(entry => entry.name, entry => entry.index, StringComparer.OrdinalIgnoreCase);
        _needed = _columns.Sources.Where(column => column.Key is ImportColumn.Timestamp or (>= ImportColumn.PromptTokens and <= ImportColumn.ReasoningTokens))
            .SelectMany(column => column.Value).Max(name => _indexes.GetValueOrDefault(name)) + 1;
        _requests = new RecordSink(sink, shape, tree, dayFirst)
        {
            // Export-Csv and spreadsheets write numbers as their culture does.
            CommaIsPoint = records.Delimiter == ';' || ColumnMap.OfNames(header).Sources.ContainsKey(ImportColumn.InterruptedStream),
        };
    }

    private void ReadRecords()
    {
        do
        {
            _before.Append(records.Record);
            _before.Append("\n"u8);
            _position++;
        }
        while (TryReadRecord());
        sink.Report.Note(_longer, "Rows with more fields than the header has names, of which it is not certain what is what; they were not taken. Export numbers with commas in quotes, or with another delimiter");
        sink.Report.Note(_shorter, "Rows with fewer fields than the header has names; what is missing at their end is unknown");
    }

    private bool TryReadRecord()
    {
        if (records.Read() is not { } fields)
            return false;
        _fields = fields;
        string? reason = AddRecord();
        if (reason is null)
            return true;
        if (records.IsTerminated && WhatIsMissing(fields) is null)
        {
            // Files that were joined have names within, perhaps in another order.
            records.Columns = fields.Length;
            Begin([.. fields.Select(name => name.Trim())]);
        }
        else if (reason != JsonLines.NoRequest || shape.IsRequest is null)
        {
            // A record that is still being written has not all its fields yet.
            if (!records.IsTerminated && fields.Length <= _width)
                sink.Report.Incomplete = true;
            else
                sink.Unreadable(records.LineNumber, reason == JsonLines.NoRequest ? "no time" : reason);
            _longer += fields.Length > _width ? 1 : 0;
        }
        return true;
    }

    private string? AddRecord()
    {
        if (Array.TrueForAll(_fields, string.IsNullOrWhiteSpace))
            return null;
        // A field with a delimiter and no quotes moves those behind it.
        if (_fields.Length > _width)
            return $"more fields than the {_width} names of the header";
        if (_fields.Length < (records.IsTerminated ? _needed : _width))
            return $"{_fields.Length} fields, of which the last that is needed is number {_needed}";
        string? reason = _requests.Add(_columns, Field, records.Record, CompareTails);
        _shorter += reason is null && _fields.Length < _width ? 1 : 0;
        return reason;
    }

    private string? Field(string name) => _indexes.TryGetValue(name, out int index) && index < _fields.Length ? _fields[index] : null;

    /// <summary>
    /// A CSV record that the end of the file ends may be the beginning of a longer one: 12 of 123. It is imported, for many files end
    /// so, and noted, so that the longer one takes its place when the same file is imported again.
    /// </summary>
    private void CompareTails(ref ImportRow row)
    {
        row.IsTail = !records.IsTerminated;
        if (!row.IsTail && !_tails.Contains(_position))
            return;
        UInt128 before = _before.GetCurrentHashAsUInt128(), line = ImportKeys.Hash(records.Record);
        row.Tail = new ImportTail(_position, before, line);
        foreach ((ImportTail tail, ImportKey key) in _tails[_position])
        {
            if (tail.Before == before && tail.Line != line)
                (row.Replaces, row.Replaced) = (true, key);
        }
    }
}
