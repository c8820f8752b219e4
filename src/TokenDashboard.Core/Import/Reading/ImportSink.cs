using TokenDashboard.Engines.Sqlite.Imports;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Reading;

/// <summary>
/// Receives the requests that a reader finds in one file. A full batch is written on another thread while the reader fills the next one, so
/// reading continues while the store is busy. Until the last batch is written, that other thread counts the requests in the store.
/// The action is called repeatedly while the reader waits for the store.
/// </summary>
internal sealed class ImportSink(Lazy<ImportWriter> writer, ImportReport report, Action onWait) : IDisposable
{
    /// <summary>The maximum length of a request's text. Names and ids are shorter, and longer text is damage.</summary>
    private const int MaxText = 64 << 10;
    private static readonly TimeSpan WaitInterval = TimeSpan.FromMilliseconds(250);

    private readonly Lazy<Scratch> _scratch = new(() => new Scratch());
    private ImportBatch _batch = new();
    private ImportBatch _next = new();
    private Task _writing = Task.CompletedTask;

    public ImportReport Report => report;

    /// <summary>Whether spans are counted even if spans below them contain their tokens.</summary>
    public bool KeepNested { get; init; }

    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Returns the provider of a model if the source contains none; null if it is unknown.</summary>
    public Func<string, string?>? ProviderOf { get; init; }

    /// <summary>
    /// Whether ambiguous dates of the file, such as 1/2/2026, begin with the day. At the first such date, the whole file is
    /// searched. For a pipe, only its beginning can be searched.
    /// </summary>
    public Lazy<bool> DayFirst { get; set; } = new(false);

    /// <summary>Whether ambiguous numbers of the file, with a point and three digits after it, are fractions. Determined like <see cref="DayFirst"/>.</summary>
    public Lazy<bool> HasPoints { get; set; } = new(true);

    /// <summary>Describes an object without a request if it has another format.</summary>
    public Func<JsonElement, string?>? OfOtherFormat { get; set; }

    public ImportBatch Batch => _batch;

    /// <summary>The data that must be kept for the whole file.</summary>
    public Scratch Scratch => _scratch.Value;

    /// <summary>The positions at which earlier imports of CSV files ended within a line. A missing store is not created for this.</summary>
    public ILookup<long, (ImportTail Tail, ImportKey Key)> ReadTails() => writer.IsValueCreated || Path.Exists(report.Database)
        ? writer.Value.ReadTails()
        : Array.Empty<(ImportTail Tail, ImportKey Key)>().ToLookup(tail => tail.Tail.Position);

    public ImportRow NewRow() => _batch.NewRow();

    /// <summary>Adds text to the current row; false if it is too long.</summary>
    public bool TryText(string text, out TextSlice slice)
    {
        bool valid = text.Length <= MaxText;
        slice = valid ? _batch.AddText(text) : default;
        return valid;
    }

    /// <summary>The key of a request by its id in the source or, without one, by its trace and span; null if it has neither.</summary>
    public ImportKey? KeyOf(in ImportRow row, string source, string? id)
    {
        if (id is not null)
            return ImportKey.OfOwnId(source, id);
        ReadOnlySpan<byte> trace = _batch.Text(row, row.TextOf(ImportColumn.TraceId)), span = _batch.Text(row, row.TextOf(ImportColumn.SpanId));
        return trace.Length > 0 && span.Length > 0 ? ImportKey.OfSpan(row.StoredTicks, trace, span) : null;
    }

    /// <summary>The key of a request that is identified only by its line.</summary>
    public ImportKey KeyOfLine(in ImportRow row, ReadOnlySpan<byte> line)
    {
        UInt128 hash = ImportKey.HashOf(line);
        return ImportKey.OfLine(row.StoredTicks, hash, Scratch.CountLine(hash));
    }

    /// <summary>Adds the current row.</summary>
    public void Add(ref ImportRow row)
    {
        report.CountRead(row.StoredTicks, row.CountedTokens);
        Write(ref row);
    }

    /// <summary>Adds data about spans that other files need.</summary>
    public void AddNote(ImportRole role, UInt128 span, UInt128 parent = default, long tokens = 0, long hour = 0)
    {
        ImportRow row = NewRow();
        (row.Role, row.Span, row.Parent, row.TotalTokens, row.Key) = (role, span, parent, tokens, new ImportKey(hour, span));
        Write(ref row);
    }

    public long LineNumber { get; set; }

    /// <summary>Goes to the next line of a file. Lines that are too long are reported and skipped.</summary>
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

    /// <summary>Reports the problem of the current line.</summary>
    public void Unreadable(string reason) => report.CountUnreadable(LineNumber, reason);

    /// <summary>Writes the remaining requests, and waits until they are written.</summary>
    public void Complete()
    {
        HandOver();
        WaitForStore();
    }

    /// <summary>Waits for the batch that is being written, because its store may be closed next.</summary>
    public void Dispose()
    {
        Task.WaitAny(_writing);
        // Observed, so that the runtime does not report a failure in addition to the reader's failure.
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
