using System.Diagnostics;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Imports;
using TokenDashboard.Import.Formats;
using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import;

/// <summary>
/// Takes usage from files into a store. A request already there is not taken again, whatever file it comes in, so an import may be
/// repeated, may be stopped, and may run beside others and beside the application that writes the store.
/// </summary>
public sealed class TokenImporter : IDisposable
{
    private readonly string _database;
    private readonly ImportFormat _format;
    private readonly ColumnMap? _map;
    private readonly bool _whatIf;
    private readonly CancellationToken _cancellation;
    private readonly int _maxLineBytes;
    private ImportWriter? _writer;

    /// <param name="database">The store; it is made where it is missing.</param>
    /// <param name="format">The format of the files, or <see cref="ImportFormat.Auto"/>.</param>
    /// <param name="map">Which column is which, for CSV and LiteLLM; null where the columns name themselves.</param>
    /// <param name="whatIf">Whether to count only, and write nothing.</param>
    /// <param name="cancellation">Ends the work; what was written until then stays.</param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.ImportMapInvalid"/>: the format has no columns to map.</exception>
    public TokenImporter(string database, ImportFormat format, ColumnMap? map, bool whatIf, CancellationToken cancellation)
        : this(database, format, map, whatIf, LineReader.DefaultMaxLineBytes, cancellation)
    {
    }

    internal TokenImporter(string database, ImportFormat format, ColumnMap? map, bool whatIf, int maxLineBytes, CancellationToken cancellation)
    {
        if (map is not null && format is ImportFormat.Otlp or ImportFormat.ClaudeCode)
        {
            throw new TokenDashboardException(ErrorCode.ImportMapInvalid, $"A map is for columns, and {format} has none. Leave out -Map, or give -Format Csv.", target: format);
        }
        (_database, _format, _map, _whatIf) = (TokenStore.FullPath(database, ErrorCode.StoreWriteFailed), format, map, whatIf);
        (_maxLineBytes, _cancellation) = (maxLineBytes, cancellation);
    }

    /// <summary>Imports one file.</summary>
    /// <param name="path">The file, or <c>-</c> for standard input.</param>
    /// <param name="onProgress">Told now and then how many bytes of the file have been read; may be null.</param>
    /// <returns>What became of it.</returns>
    /// <exception cref="TokenDashboardException">One of the codes that begin with <c>Import</c> or <c>Store</c>.</exception>
    public ImportReport Import(string path, Action<long>? onProgress = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var watch = Stopwatch.StartNew();
        var report = new ImportReport(path, _database, _whatIf);
        using ImportSource source = ImportSource.Open(path, OnRead, _cancellation);
        _writer ??= OpenWriter();
        using var sink = new ImportSink(_writer, report, () => OnRead(source.BytesRead));
        var lines = new LineReader(source.Content, _maxLineBytes);
        Read(lines, sink);
        sink.Complete();
        report.Incomplete |= lines.HasEnded && source.IsCutOff;
        (report.Bytes, report.Duration) = (source.BytesRead, watch.Elapsed);
        return report;

        void OnRead(long bytes)
        {
            _cancellation.ThrowIfCancellationRequested();
            onProgress?.Invoke(bytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writer?.Dispose();

    private void Read(LineReader lines, ImportSink sink)
    {
        ReadOnlySpan<byte> head = lines.Peek();
        ImportFormat format = _format == ImportFormat.Auto ? FormatDetector.Detect(head, _map is not null) : _format;
        sink.Report.Format = format;
        bool isJson = FormatDetector.IsJson(head);
        switch (format)
        {
            case ImportFormat.Observicia when isJson:
                ObserviciaLog.Read(lines, sink);
                break;
            case ImportFormat.Observicia or ImportFormat.Csv:
                CsvUsage.Read(lines, sink, _map, "csv");
                break;
            case ImportFormat.Otlp:
                OtlpSpans.Read(lines, sink);
                break;
            case ImportFormat.ClaudeCode:
                ClaudeCodeTranscript.Read(lines, sink);
                break;
            case ImportFormat.LiteLlm:
                LiteLlmSpendLogs.Read(lines, sink, _map, isJson);
                break;
            default:
                SayUnknown(head, lines, sink);
                break;
        }
    }

    private static void SayUnknown(ReadOnlySpan<byte> head, LineReader lines, ImportSink sink)
    {
        if (lines.Failure is { } failure)
        {
            sink.Unreadable(1, $"the file cannot be read: {failure}");
        }
        else if (lines.HasEnded && !head.IsEmpty && !head.ContainsAny((byte)'\n', (byte)'\r') && (FormatDetector.IsJson(head) || !head.ContainsAnyExceptInRange((byte)' ', (byte)'~')))
        {
            // One line of text that has not ended: too little to tell.
            sink.Report.Incomplete = true;
        }
        else if (!head.Trim(" \t\r\n\0"u8).IsEmpty)
        {
            sink.Unreadable(1, "no format is recognised by the first lines; give it with -Format, and the columns of a CSV file with -Map");
        }
    }

    private ImportWriter OpenWriter()
    {
        if (!_whatIf)
        {
            return ImportWriter.Open(_database, _cancellation);
        }
        ImportWriter writer = ImportWriter.OpenTemporary(_database, _cancellation);
        try
        {
            if (Path.Exists(_database))
            {
                using TokenStore store = TokenStore.Open(_database, _cancellation);
                writer.LearnFrom(store);
            }
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }
}
