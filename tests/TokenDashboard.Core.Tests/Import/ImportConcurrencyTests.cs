using Microsoft.Data.Sqlite;
using TokenDashboard.Import;
using TokenDashboard.Testing;

namespace TokenDashboard.Tests.Import;

public sealed class ImportConcurrencyTests : IDisposable
{
    private const int Spans = 50_000;

    private readonly ImportFolder _folder = new();
    private readonly string _file;

    public ImportConcurrencyTests()
    {
        _file = _folder.File("big.log");
        File.WriteAllLines(_file, Enumerable.Range(1, Spans).Select(id => Samples.Span(id, 1, 1).TrimEnd()));
    }

    [Fact]
    public async Task Concurrent_imports_create_no_duplicates()
    {
        ImportReport[] reports = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => Import(CancellationToken.None))));

        Assert.Equal(Spans, reports.Sum(report => report.Imported));
        Assert.All(reports, report => Assert.Equal(Spans, report.Imported + report.Duplicates));
        Assert.Equal([$"{Spans}"], _folder.Query("SELECT count(*) FROM telemetry"));
    }

    [Theory]
    [InlineData("DELETE")]
    [InlineData("WAL")]
    public async Task An_application_writer_loses_nothing_during_an_import(string journalMode)
    {
        _folder.Import(Samples.Span(Spans + 1, 1, 1));
        using (SqliteConnection connection = _folder.Connect())
            connection.Execute($"PRAGMA journal_mode = {journalMode}");
        Task<ImportReport> import = Task.Run(() => Import(CancellationToken.None));
        int written = 0;
        // Like Observicia's exporter, this uses a new connection for each batch, and fails after five seconds.
        do
        {
            using SqliteConnection connection = _folder.Connect();
            connection.Execute($"INSERT INTO telemetry (timestamp, trace_id, span_id) VALUES ('2026-03-01T12:00:00', 'live', '{written}')");
            written++;
        }
        while (!import.IsCompleted);

        Assert.Equal(Spans, (await import).Imported);
        Assert.Equal([$"{Spans + 1 + written}"], _folder.Query("SELECT count(*) FROM telemetry"));
        Assert.Equal(["ok"], _folder.Query("PRAGMA integrity_check"));
        Assert.Equal(0, Import(CancellationToken.None).Imported);
    }

    [Fact]
    public void A_stopped_import_is_completed_by_the_next()
    {
        // The store must already exist, because another thread would create its tables at an unknown time.
        _folder.Import(Samples.Span(Spans + 1, 1, 1));
        using var cancellation = new CancellationTokenSource();
        using (var importer = new TokenImporter(_folder.Database, ImportFormat.Auto, null, whatIf: false, cancellation.Token))
        {
            Assert.ThrowsAny<OperationCanceledException>(() => importer.Import(_file, bytesRead =>
            {
                // By then the first batch is being written.
                if (bytesRead > new FileInfo(_file).Length * 9 / 10)
                {
                    Eventually.Holds(() => Stored() > 0);
                    cancellation.Cancel();
                }
            }));
        }
        long before = Stored();

        ImportReport report = Import(CancellationToken.None);

        Assert.InRange(before, 1, Spans - 1);
        Assert.Equal((Spans - before, before), (report.Imported, report.Duplicates));

        long Stored() => long.Parse(_folder.Query("SELECT count(*) - 1 FROM telemetry")[0]);
    }

    [Theory]
    [InlineData("DELETE")]
    [InlineData("WAL")]
    public void A_store_in_use_by_this_process_keeps_its_locks_during_import(string journalMode)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shows the locks of a file.");
        using var other = new ImportFolder();
        other.Import(Samples.ObserviciaLog);
        using SqliteConnection writer = other.Connect();
        writer.Execute($"PRAGMA journal_mode = {journalMode}; BEGIN IMMEDIATE; INSERT INTO telemetry (timestamp) VALUES ('2026-03-01T12:00:00')");
        string[] locks = LocksOf(other.Database);
        Assert.NotEmpty(locks);

        using var importer = new TokenImporter(_folder.Database, ImportFormat.Auto, null, whatIf: true, CancellationToken.None);
        importer.ImportFolder(Path.GetDirectoryName(other.Database)!, _ => null);
        importer.Import(other.Database);

        Assert.Equal(locks, LocksOf(other.Database));
        writer.Execute("COMMIT");
        Assert.Equal(["ok"], other.Query("PRAGMA integrity_check"));
    }

    // The locks on a store and its files, with inode numbers and byte ranges.
    private static string[] LocksOf(string database)
    {
        string[] files = [.. Directory.GetFiles(Path.GetDirectoryName(database)!, "store.db*").Select(path => $":{Inode(path)} ")];
        return [.. File.ReadLines("/proc/locks").Select(line => line[(line.IndexOf(':') + 1)..]).Where(line => files.Any(line.Contains)).Order(StringComparer.Ordinal)];
    }

    private static string Inode(string path)
    {
        using var stat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%i", path]) { RedirectStandardOutput = true })!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }

    public void Dispose() => _folder.Dispose();

    private ImportReport Import(CancellationToken cancellation)
    {
        using var importer = new TokenImporter(_folder.Database, ImportFormat.Auto, null, whatIf: false, cancellation);
        return importer.Import(_file);
    }
}
