using TokenDashboard.Engines.Sqlite.Imports;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Reading;

/// <summary>
/// Where a reader puts the requests of one file. A batch that is full is written on another thread while the reader fills the next, so
/// that reading goes on while the store is busy. Until the last batch is written, what is in the store is counted on that other thread.
/// The action is called now and then while the store keeps the reader waiting.
/// </summary>
internal sealed class ImportSink(Lazy<ImportWriter> writer, ImportReport report, Action onWait) : IDisposable
{
    /// <summary>The longest text a request may have. Names and ids are shorter; what is longer is damage.</summary>
    private const int MaxText = 64 << 10;
    private static readonly TimeSpan WaitInterval = TimeSpan.FromMilliseconds(250);

    private readonly Lazy<Scratch> _scratch = new(() => new Scratch());
    private ImportBatch _batch = new();
    private ImportBatch _next = new();
    private Task _writing = Task.CompletedTask;

    public ImportReport Report => report;

    /// <summary>Whether spans are counted even where spans below them carry their tokens.</summary>
    public bool KeepNested { get; init; }

    /// <summary>The time zone of times without one.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Names the provider of a model where the source does not, or null where it is not known either.</summary>
    public Func<string, string?>? ProviderOf { get; init; }

    /// <summary>
    /// Whether dates of the file such as 1/2/2026, which can be read in two ways, begin with the day. Where one is met, the whole file is looked
    /// at; of a pipe, only the beginning can be.
    /// </summary>
    public Lazy<bool> DayFirst { get; set; } = new(false);

    /// <summary>Whether numbers of the file with a point and three digits behind it, which can be read in two ways, are fractions. Looked at as <see cref="DayFirst"/> is.</summary>
    public Lazy<bool> HasPoints { get; set; } = new(true);

    /// <summary>Says what is wrong with an object that has no request, where it is of another format.</summary>
    public Func<JsonElement, string?>? OfOtherFormat { get; set; }

    public ImportBatch Batch => _batch;

    /// <summary>What has to be remembered of the whole file.</summary>
    public Scratch Scratch => _scratch.Value;

    /// <summary>Where earlier imports of CSV files ended within a line. A store that is missing is not made for this.</summary>
    public ILookup<long, (ImportTail Tail, ImportKey Key)> ReadTails() => writer.IsValueCreated || Path.Exists(report.Database)
        ? writer.Value.ReadTails()
        : Array.Empty<(ImportTail Tail, ImportKey Key)>().ToLookup(tail => tail.Tail.Position);

    public ImportRow NewRow() => _batch.NewRow();

    /// <summary>Adds a text to the row being made.</summary>
    /// <returns>False where it is too long.</returns>
    public bool TryText(string text, out TextSlice slice)
    {
        bool valid = text.Length <= MaxText;
        slice = valid ? _batch.AddText(text) : default;
        return valid;
    }

    /// <summary>The key of a request by the id its source gives it, or else by its trace and span; null where it has neither.</summary>
    public ImportKey? KeyOf(in ImportRow row, string source, string? id)
    {
        if (id is not null)
            return ImportKey.OfOwnId(source, id);
        ReadOnlySpan<byte> trace = _batch.Text(row, row.TextOf(ImportColumn.TraceId)), span = _batch.Text(row, row.TextOf(ImportColumn.SpanId));
        return trace.Length > 0 && span.Length > 0 ? ImportKey.OfSpan(row.StoredTicks, trace, span) : null;
    }

    /// <summary>The key of a request that is known by nothing but its line.</summary>
    public ImportKey KeyOfLine(in ImportRow row, ReadOnlySpan<byte> line)
    {
        UInt128 hash = ImportKey.HashOf(line);
        return ImportKey.OfLine(row.StoredTicks, hash, Scratch.CountLine(hash));
    }

    /// <summary>Takes the row being made.</summary>
    public void Add(ref ImportRow row)
    {
        report.CountRead(row.StoredTicks, row.CountedTokens);
        Write(ref row);
    }

    /// <summary>Takes what has to be known of spans for other files.</summary>
    public void AddNote(ImportRole role, UInt128 span, UInt128 parent = default, long tokens = 0, long hour = 0)
    {
        ImportRow row = NewRow();
        (row.Role, row.Span, row.Parent, row.TotalTokens, row.Key) = (role, span, parent, tokens, new ImportKey(hour, span));
        Write(ref row);
    }

    public long LineNumber { get; set; }

    /// <summary>Goes to the next line of a file; those that are too long are said and passed over.</summary>
    public bool Read(LineReader lines, out ReadOnlySpan<byte> line)
    {
        while (lines.Read(out line))
        {
            LineNumber = lines.LineNumber;
            if (!lines.IsTooLong)
                return true;
            report.Lines++;
            Unreadable($"longer than {lines.MaxLineBytes >> 20} MiB{(lines.IsJson ? "; write the objects of a page one per line, as jq -c '.data[]' does" : "")}");
        }
        LineNumber = lines.LineNumber + 1;
        return false;
    }

    /// <summary>Says what is wrong with the line that is being read.</summary>
    public void Unreadable(string reason) => report.CountUnreadable(LineNumber, reason);

    /// <summary>Writes what is left, and waits until it is written.</summary>
    public void Complete()
    {
        HandOver();
        WaitForStore();
    }

    /// <summary>Waits for the batch that is being written, for its store may be closed next.</summary>
    public void Dispose()
    {
        Task.WaitAny(_writing);
        // Looked at, so that a failure beside that of the reader is not reported by the runtime.
        _ = _writing.Exception;
        if (_scratch.IsValueCreated)
            _scratch.Value.Dispose();
    }

    private void Write(ref ImportRow row)
    {
        _batch.Add(in row);
        if (_batch.IsFull)
            HandOver();
    }

    private void HandOver()
    {
        WaitForStore();
        ImportBatch full = _batch;
        (_batch, _next) = (_next, full);
        _batch.Clear();
        if (full.Rows.Length > 0)
            _writing = Task.Run(() => writer.Value.Write(full, report));
    }

    private void WaitForStore()
    {
        while (Task.WaitAny([_writing], WaitInterval) < 0)
            onWait();
        _writing.GetAwaiter().GetResult();
    }
}
