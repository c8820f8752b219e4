using System.Text;
using System.Text.Unicode;

namespace TokenDashboard.Import;

/// <summary>Where a reader puts the requests of one file: it counts them, and writes them when a batch is full.</summary>
internal sealed class ImportSink(ImportWriter writer, ImportBatch batch, ImportReport report, Func<long> bytesRead, Action<long> onProgress, CancellationToken cancellation)
    : IDisposable
{
    /// <summary>The longest text a request may have, in bytes. Names and ids are shorter; what is longer is damage.</summary>
    private const int MaxTextBytes = 64 << 10;

    // How many lines without a request go between two looks at Ctrl+C and two reports of progress.
    private const int LinesPerLook = 4096;

    private readonly Lazy<Scratch> _scratch = new(() => new Scratch());
    private int _lines;

    public ImportReport Report => report;

    public ImportBatch Batch => batch;

    /// <summary>What has to be remembered of the whole file.</summary>
    public Scratch Scratch => _scratch.Value;

    /// <summary>Where earlier imports of CSV files ended within a line.</summary>
    public ILookup<long, (ImportTail Tail, ImportKey Key)> ReadTails() => writer.ReadTails();

    /// <summary>Says that a line is worked on, so that long stretches without requests can be stopped and show progress too.</summary>
    public void OnLine()
    {
        if (++_lines >= LinesPerLook)
        {
            _lines = 0;
            cancellation.ThrowIfCancellationRequested();
            onProgress(bytesRead());
        }
    }

    public ImportRow NewRow() => batch.NewRow();

    /// <summary>Adds a text to the row being made.</summary>
    /// <returns>False where it is not UTF-8 or too long.</returns>
    public bool TryText(ReadOnlySpan<byte> utf8, out TextSlice slice)
    {
        bool valid = utf8.Length <= MaxTextBytes && Utf8.IsValid(utf8);
        slice = valid ? batch.AddText(utf8) : default;
        return valid;
    }

    /// <inheritdoc cref="TryText(ReadOnlySpan{byte}, out TextSlice)"/>
    public bool TryText(string text, out TextSlice slice)
    {
        bool valid = text.Length <= MaxTextBytes;
        slice = valid ? batch.Take(Encoding.UTF8.GetBytes(text, batch.Reserve(Encoding.UTF8.GetMaxByteCount(text.Length)))) : default;
        return valid;
    }

    /// <summary>Takes the row being made.</summary>
    public void Add(ref ImportRow row)
    {
        report.CountRead(row.StoredTicks);
        Write(ref row);
    }

    /// <summary>Takes the row being made as one that repeats the tokens of others.</summary>
    public void AddAggregate(ref ImportRow row)
    {
        report.CountRead(row.StoredTicks);
        report.Aggregates++;
        report.AggregateTokens += row.CountedTokens;
        row.IsAggregate = true;
        Write(ref row);
    }

    public void Unreadable(long lineNumber, string reason) => report.CountUnreadable(lineNumber, reason);

    /// <summary>Writes what is left.</summary>
    public void Flush()
    {
        writer.Write(batch, report);
        batch.Clear();
        cancellation.ThrowIfCancellationRequested();
        onProgress(bytesRead());
    }

    public void Dispose()
    {
        batch.Clear();
        if (_scratch.IsValueCreated)
        {
            _scratch.Value.Dispose();
        }
    }

    private void Write(ref ImportRow row)
    {
        batch.Add(in row);
        if (batch.IsFull)
        {
            Flush();
        }
    }
}
