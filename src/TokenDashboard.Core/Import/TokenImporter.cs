using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Imports;
using TokenDashboard.Import.Formats;
using TokenDashboard.Import.Reading;

namespace TokenDashboard.Import;

/// <summary>
/// Imports usage from files into a store. A request that the store already contains is not imported again from any file. Therefore, an import can
/// be repeated or stopped, and can run at the same time as other imports and as the application that writes the store.
/// </summary>
internal sealed class TokenImporter : IDisposable
{
    private readonly string _database;
    private readonly string _store;
    private readonly ImportFormat _format;
    private readonly ColumnMap? _map;
    private readonly CancellationToken _cancellation;
    // A file of an unknown format must not create an empty store.
    private readonly Lazy<ImportWriter> _writer;

    /// <summary>
    /// Imports into a store, which is created if it is missing, or only counts what an import would do. A map assigns columns of CSV or members of JSON.
    /// Requests that were written before a cancellation stay.
    /// </summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.ImportMapInvalid"/>: the format has no columns to map.</exception>
    public TokenImporter(string database, ImportFormat format, ColumnMap? map, bool whatIf, CancellationToken cancellation)
    {
        if (map is not null && format is not (ImportFormat.Auto or ImportFormat.Csv or ImportFormat.Json or ImportFormat.LiteLlm or ImportFormat.Observicia))
            throw new TokenDashboardException(
                ErrorCode.ImportMapInvalid, $"The format {format} does not support a map, because its columns are fixed. Omit -Map, or use -Format Csv or Json.", target: format);
        (_database, _format, _map, WhatIf, _cancellation) = (TokenStore.FullPath(database, ErrorCode.StoreWriteFailed), format, map, whatIf, cancellation);
        _store = RegularFile.WithoutLinks(_database);
        _writer = new Lazy<ImportWriter>(() => WhatIf ? ImportWriter.OpenTemporary(_database, _cancellation) : ImportWriter.Open(_database, _cancellation));
    }

    /// <summary>Whether spans count even if spans below them contain their tokens.</summary>
    public bool KeepNested { get; init; }

    /// <summary>The time zone of times without one.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Returns the provider of a model if the source contains none; null if it is unknown.</summary>
    public Func<string, string?>? ProviderOf { get; init; }

    internal int MaxLineBytes { get; init; } = LineReader.DefaultMaxLineBytes;

    public bool WhatIf { get; }

    /// <summary>
    /// Imports one file, or <c>-</c> for standard input, and repeatedly reports the number of bytes read. If it contains no requests, the
    /// report contains the reason.
    /// </summary>
    /// <exception cref="TokenDashboardException">One of the codes that begin with <c>Import</c> or <c>Store</c>.</exception>
    public ImportReport Import(string path, Action<long>? onProgress = null)
    {
        var watch = Stopwatch.StartNew();
        var report = new ImportReport(path, _database, WhatIf);
        if (IsStore(path))
            throw new TokenDashboardException(ErrorCode.ImportFormatUnsupported, $"'{path}' is the store itself. Specify other stores, or another -Database.", target: path);
        if (SqliteFiles.IsNextToDatabase(path))
            throw new TokenDashboardException(ErrorCode.ImportFormatUnsupported, $"'{path}' is part of a SQLite database. Specify the database file instead.", target: path);
        using ImportSource? source = SqliteFiles.IsDatabase(path) ? null : ImportSource.Open(path, OnRead, _cancellation);
        using var sink = new ImportSink(_writer, report, () => OnRead(source?.BytesRead ?? 0)) { KeepNested = KeepNested, TimeZone = TimeZone, ProviderOf = ProviderOf };
        Read(source, sink);
        sink.Complete();
        report.Duration = watch.Elapsed;
        if (_map is not null)
            report.Note(report.Duplicates, "Requests that the store already contains, which another -Map does not change. To read them with another map, import the file into a new store");
        if (report.BeforeRemoval > 0)
        {
            report.Note(report.BeforeRemoval, string.Create(
                CultureInfo.InvariantCulture,
                $"Requests before {_writer.Value.RemovedUntil:yyyy-MM-dd HH:mm} UTC that were skipped. Requests up to this time were removed before the first import, "
                    + $"and the store does not know whether these are among them. If they are not, import them into another store and query both"));
        }
        SayNothingFound(report);
        return report;

        void OnRead(long bytes)
        {
            _cancellation.ThrowIfCancellationRequested();
            onProgress?.Invoke(bytes);
        }
    }

    /// <summary>
    /// Imports all files of a folder and its subfolders. The callback is called before each file is read, and returns the callback for the number of bytes
    /// read. If no file has requests, the report contains the reason.
    /// </summary>
    public ImportReport ImportFolder(string folder, Func<string, Action<long>?> onFile)
    {
        var reports = new List<ImportReport>();
        ReadFolder(new DirectoryInfo(folder));
        var report = new ImportReport(folder, _database, WhatIf);
        report.AddFiles(reports);
        return report;

        void ReadFolder(DirectoryInfo inner) => Try(inner, () =>
        {
            foreach (FileSystemInfo entry in inner.GetFileSystemInfos().OrderBy(entry => entry is DirectoryInfo).ThenBy(entry => entry.Name, StringComparer.Ordinal))
            {
                // Links to folders are not followed, because they can form a loop.
                if (entry is DirectoryInfo next && next.LinkTarget is null)
                    ReadFolder(next);
                else if (entry is FileInfo && !IsStore(entry.FullName) && !SqliteFiles.IsNextToDatabase(entry.FullName))
                    Try(entry, () => ReadFile(entry.FullName));
            }
        });

        void ReadFile(string file)
        {
            // Reading a pipe among the files would block.
            RegularFile.ThrowIfNone(file);
            reports.Add(Import(file, onFile(file)));
        }

        void Try(FileSystemInfo entry, Action work)
        {
            try
            {
                work();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException || (exception is TokenDashboardException known && known.IsAbout("Import")))
            {
                var error = exception as TokenDashboardException;
                reports.Add(new ImportReport(entry.FullName, _database, WhatIf));
                reports[^1].Fail(error?.Code ?? ErrorCode.ImportFileUnreadable, error?.Message ?? $"'{entry.FullName}' could not be read: {exception.Message}");
            }
        }
    }

    // The store itself, and the files that SQLite creates next to it. Opening and closing them here would release the locks of the connection that writes to the store.
    private bool IsStore(string path)
    {
        string file = RegularFile.WithoutLinks(TokenStore.FullPath(path, ErrorCode.ImportFileUnreadable));
        return file.Equals(_store, RegularFile.PathComparison) || SqliteFiles.DatabaseOf(file).Equals(_store, RegularFile.PathComparison);
    }

    public void Dispose()
    {
        if (_writer.IsValueCreated)
            _writer.Value.Dispose();
    }

    // A database has no source stream.
    private void Read(ImportSource? source, ImportSink sink)
    {
        ImportReport report = sink.Report;
        if (source is null)
        {
            Databases.Read(report.Path, sink, _cancellation);
            report.Bytes = new FileInfo(report.Path).Length;
            return;
        }
        if (_format == ImportFormat.Clixml || (_format == ImportFormat.Auto && Clixml.IsBeginning(source.Content.Head)))
            Clixml.Read(source.Content, sink);
        else
            Read(new LineReader(source.Content, MaxLineBytes), sink, source.OpenAgain);
        report.Incomplete |= source.IsCutOff();
        report.Bytes = source.BytesRead;
    }

    private void Read(LineReader lines, ImportSink sink, Func<ImportSource>? openAgain)
    {
        ReadOnlySpan<byte> head = lines.Peek();
        byte[] beginning = openAgain is null ? head.ToArray() : [];
        Lazy<bool> LookedAt(Func<Stream, bool> look) => new(() =>
        {
            using ImportSource? again = openAgain?.Invoke();
            return look(again?.Content ?? (Stream)new MemoryStream(beginning));
        });
        sink.DayFirst = LookedAt(ValueText.BeginsWithDay);
        sink.HasPoints = LookedAt(content => ValueText.HasPoints(content) == true);
        UsageFormat? detected = FormatRegistry.Detect(head, lines, _map is not null);
        UsageFormat? format = _format == ImportFormat.Auto || detected == UsageBuckets.Format ? detected : FormatRegistry.Find(_format);
        if (format is not null)
        {
            sink.Report.Format = format.Name;
            sink.OfOtherFormat = _format == ImportFormat.Auto && _map is null ? FormatRegistry.OthersThan(format) : null;
            format.Read(lines, sink, _map);
        }
        if (lines.Failure is { } failure)
            sink.Unreadable($"the rest of the file cannot be read: {failure}");
        else if (format is null && !head.Trim(LineReader.Blanks).IsEmpty)
        {
            string what = _format == ImportFormat.Auto
                ? "has an unknown format. Specify the format with -Format, or the columns of a CSV file or the members of JSON with -Map."
                : $"is not a SQLite database, which the format {_format} requires. Omit -Format to detect the format from the content.";
            sink.Report.Fail(ErrorCode.ImportFormatUnknown, $"'{sink.Report.Path}' {what}");
        }
    }

    private static void SayNothingFound(ImportReport report)
    {
        if (report.Read > 0 || report.Problem is not null)
            return;
        string lines = report is { Incomplete: true, Unreadable: 0 } ? "ends within its first record. Import it again when it is complete"
            : report.Lines == 0 ? "is empty"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"has no requests: of {report.Lines:N0} lines or objects, read as {report.Format}, none contains {FormatRegistry.Find(report.Format)?.Needs ?? "requests"}");
        string first = report.UnreadableLines.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $" {report.Unreadable:N0} cannot be read; {report.UnreadableLines[0]}.") : "";
        report.Fail(ErrorCode.ImportNothingFound, $"'{report.Path}' {lines}.{first}{string.Concat(report.Notes.Select(note => $" {note}"))}");
    }
}
