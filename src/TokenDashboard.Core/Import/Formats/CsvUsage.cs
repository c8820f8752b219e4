using System.IO.Hashing;
using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Formats;

/// <summary>Reads requests from CSV, by a map of columns.</summary>
internal sealed class CsvUsage
{
    private readonly ImportSink _sink;
    private readonly CsvRecords _records;
    private readonly string _source;
    private readonly Action<RequestValues, string?>? _complete;
    private readonly (ImportColumn Column, int Index, string? Constant)[] _columns;
    private readonly int _needed;
    private readonly int _extra;
    private readonly RequestValues _values = new();
    private readonly XxHash128 _before = new();
    private readonly ILookup<long, (ImportTail Tail, ImportKey Key)> _tails;
    private long _position;

    private CsvUsage(CsvRecords records, ImportSink sink, string source, string[] header, ColumnMap map, (string Column, Action<RequestValues, string?> Complete)? extra)
    {
        (_records, _sink, _source) = (records, sink, source);
        _columns = [.. map.Sources.Select(entry => (entry.Key, IndexOf(header, entry), ColumnMap.Constant(entry.Value)))];
        _needed = _columns.Max(column => column.Index) + 1;
        _extra = extra is { } wanted ? Array.FindIndex(header, name => name.Equals(wanted.Column, StringComparison.OrdinalIgnoreCase)) : -1;
        _complete = extra?.Complete;
        _before.Append(records.Record);
        _tails = sink.ReadTails();
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="lines">The file.</param>
    /// <param name="sink">Takes the requests.</param>
    /// <param name="map">The map that was asked for, or null.</param>
    /// <param name="source">Whose ids the file's own ids are.</param>
    /// <param name="known">The columns of a known source; null where columns are known by their names.</param>
    /// <param name="extra">A further column, and what completes a request by it.</param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.ImportColumnMissing"/>: the file lacks a column that is needed.</exception>
    public static void Read(
        LineReader lines, ImportSink sink, ColumnMap? map, string source, ColumnMap? known = null, (string Column, Action<RequestValues, string?> Complete)? extra = null)
    {
        var records = new CsvRecords(lines, sink);
        if (records.ReadHeader() is not { } header)
        {
            return;
        }
        ColumnMap own = known is null ? OwnNames(header) : Present(known, header);
        ColumnMap whole = map?.Over(own) ?? own;
        foreach (ImportColumn needed in (ReadOnlySpan<ImportColumn>)[ImportColumn.Timestamp, ImportColumn.PromptTokens])
        {
            if (!whole.Sources.ContainsKey(needed))
            {
                throw Missing($"No column is known to be {ColumnMap.NameOf(needed)}", header, sink);
            }
        }
        new CsvUsage(records, sink, source, header, whole, extra).ReadRecords();
    }

    private static ColumnMap OwnNames(string[] header) => ColumnMap.Of(header
        .Where(name => ColumnMap.TryColumn(name, out _))
        .Select(name => KeyValuePair.Create(ColumnMap.TryColumn(name, out ImportColumn column) ? column : default, name))
        .DistinctBy(entry => entry.Key)
        // A row's number in some table is no id of a request.
        .Where(entry => entry.Key != ImportColumn.Id));

    private static ColumnMap Present(ColumnMap known, string[] header) =>
        ColumnMap.Of(known.Sources.Where(entry => header.Contains(entry.Value, StringComparer.OrdinalIgnoreCase)));

    private int IndexOf(string[] header, KeyValuePair<ImportColumn, string> entry)
    {
        if (ColumnMap.Constant(entry.Value) is not null)
        {
            return -1;
        }
        int index = Array.FindIndex(header, name => name.Equals(entry.Value, StringComparison.OrdinalIgnoreCase));
        return index >= 0 ? index : throw Missing($"There is no column '{entry.Value}'", header, _sink);
    }

    private static TokenDashboardException Missing(string what, string[] header, ImportSink sink) => new(
        ErrorCode.ImportColumnMissing,
        $"{what} in '{sink.Report.Path}', which has: {string.Join(", ", header.Take(50).Select(ValueText.Shorten))}. Say with -Map which column is which, as in -Map @{{ timestamp = 'TIMESTAMP'; prompt_tokens = 'ContextTokens' }}.",
        target: sink.Report.Path);

    private void ReadRecords()
    {
        for (string[]? fields = _records.Read(); fields is not null; fields = _records.Read())
        {
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
        if (fields.Length < _needed)
        {
            return $"{fields.Length} fields, of which the last that is needed is number {_needed}";
        }
        _values.Clear();
        foreach ((ImportColumn column, int index, string? constant) in _columns)
        {
            _values[column] = constant ?? fields[index];
        }
        _complete?.Invoke(_values, _extra >= 0 && _extra < fields.Length ? fields[_extra] : null);
        if (_values[ImportColumn.PromptTokens] is null)
        {
            return "no prompt tokens";
        }
        ImportRow row = _sink.NewRow();
        if (_values.Fill(_sink, ref row) is { } reason)
        {
            return reason;
        }
        UInt128 line = ImportKeys.Hash(_records.Record);
        if (!_values.TryKey(_sink, _source, in row, out row.Key))
        {
            row.Key = ImportKeys.OfLine(row.StoredTicks, line, _sink.Scratch.CountLine(line));
        }
        CompareTails(ref row, line);
        _sink.Add(ref row);
        return null;
    }

    /// <summary>
    /// A CSV record that the end of the file ends may be the beginning of a longer one: 12 of 123. It is imported, for many files end
    /// so, and noted, so that the longer one takes its place when the same file is imported again.
    /// </summary>
    private void CompareTails(ref ImportRow row, UInt128 line)
    {
        row.IsTail = !_records.IsTerminated;
        if (!row.IsTail && !_tails.Contains(_position))
        {
            return;
        }
        UInt128 before = _before.GetCurrentHashAsUInt128();
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
