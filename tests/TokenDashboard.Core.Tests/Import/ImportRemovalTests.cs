using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Import;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Import;

/// <summary>Requests that were removed from a store do not come back with an import, and are not counted twice.</summary>
public sealed class ImportRemovalTests : IDisposable
{
    private static readonly DateTimeOffset Begin = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ImportFolder _folder = new();
    private readonly long _requests;

    public ImportRemovalTests()
    {
        // A store that the application wrote.
        TokenRequest[] requests = [.. new SampleRequests(seed: 1).Make(Begin.AddDays(3), 3, 100)];
        StoreWriter.Create(_folder.Database, requests, CancellationToken.None);
        _requests = requests.Length;
        File.Copy(_folder.Database, Copy);
    }

    private string Copy => _folder.File("copy.db");

    [Fact]
    public void Requests_removed_before_the_first_import_are_omitted_and_reported()
    {
        long removed = Remove(Begin.AddDays(2));

        ImportReport report = Import(Copy), again = Import(Copy);

        Assert.InRange(removed, 1, _requests - 1);
        Assert.Equal((_requests, 0, removed, _requests - removed), (report.Read, report.Imported, report.BeforeRemoval, report.Duplicates));
        Assert.Contains("before 2026-03-02 23:00 UTC", Assert.Single(report.Notes), StringComparison.Ordinal);
        Assert.Equal((0, removed), (again.Imported, again.BeforeRemoval));
        Assert.Equal(_requests, CountRequests());
    }

    [Fact]
    public void Application_requests_removed_after_an_import_are_duplicates()
    {
        // As if they were written after the import.
        _folder.Import("timestamp,prompt_tokens\n2026-03-09,1\n");
        _folder.Query("UPDATE tokendash_import_state SET last_row_id = 0");
        _folder.Query("DELETE FROM tokendash_import_key WHERE row_id IS NULL");
        Remove(Begin.AddDays(2));

        ImportReport report = Import(Copy);

        Assert.Equal((0, 0, _requests), (report.Imported, report.BeforeRemoval, report.Duplicates));
        Assert.Equal(_requests + 1, CountRequests());
    }

    [Fact]
    public void A_removal_records_no_keys_in_a_store_without_imports()
    {
        Remove(Begin.AddDays(2));

        Assert.Equal(["0"], _folder.Query("SELECT count(*) FROM sqlite_schema WHERE name GLOB 'tokendash_import*'"));
    }

    [Fact]
    public void Removals_after_the_first_import_are_exact_despite_an_earlier_removal()
    {
        long first = Remove(Begin.AddDays(1));
        Import(Copy);
        string old = "timestamp,prompt_tokens\n2026-03-02T12:00:00,7\n";

        Assert.Equal((1, 0), (_folder.Import(old).Imported, _folder.Import("timestamp,prompt_tokens\n2026-02-28,7\n").Imported));
        Remove(Begin.AddDays(2));

        // Recognized as new, although requests of the same day were removed.
        Assert.Equal(1, _folder.Import("timestamp,prompt_tokens\n2026-03-01T18:00:01,7\n2026-03-02T12:00:01,7\n").Imported);
        Assert.Equal((0, 1), (_folder.Import(old).Imported, _folder.Import(old).Duplicates));
        Assert.Equal((0, first), (Import(Copy).Imported, Import(Copy).BeforeRemoval));
        Assert.Equal(_requests + 2, CountRequests());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhatIf_reports_the_same_numbers_as_an_import(bool removeFirst)
    {
        if (removeFirst)
            Remove(Begin.AddDays(1));
        _folder.Import("timestamp,prompt_tokens\n2026-03-09,1\n");
        Remove(Begin.AddDays(2));

        (long, long, long) Numbers(bool whatIf) => Import(Copy, whatIf) is var report ? (report.Imported, report.BeforeRemoval, report.Duplicates) : default;

        Assert.Equal(Numbers(whatIf: true), Numbers(whatIf: false));
    }

    [Fact]
    public void WhatIf_of_a_first_import_needs_no_import_tables()
    {
        long removed = Remove(Begin.AddDays(1));

        Assert.Equal((removed, removed), (Import(Copy, whatIf: true).BeforeRemoval, Import(Copy).BeforeRemoval));
    }

    [Fact]
    public void Removals_are_read_from_rollups_when_import_tables_lack_them()
    {
        _folder.Import("timestamp,prompt_tokens\n2026-03-09,1\n");
        _folder.Query("ALTER TABLE tokendash_import_state DROP COLUMN removed_until");
        _folder.Query("DELETE FROM tokendash_import_key");
        long removed = Remove(Begin.AddDays(2));
        _folder.Query("DELETE FROM tokendash_import_key");

        Assert.Equal((removed, removed), (Import(Copy, whatIf: true).BeforeRemoval, Import(Copy).BeforeRemoval));
    }

    [Fact]
    public void Removed_requests_stay_out_until_rollups_of_another_format_are_deleted()
    {
        long removed = Remove(Begin.AddDays(2));
        _folder.Query("UPDATE tokendash_rollup_state SET format = 99");
        Assert.Equal(removed, Import(Copy, whatIf: true).BeforeRemoval);

        using (var optimizer = new StoreOptimizer(_folder.Database, CancellationToken.None, force: true))
            optimizer.Refresh();

        Assert.Equal((removed, 0), (Import(Copy).Imported, Import(Copy).BeforeRemoval));
        Assert.Equal(_requests, CountRequests());
    }

    [Fact]
    public void A_removed_partial_line_stays_out_when_its_file_is_complete()
    {
        const string Cut = "timestamp,prompt_tokens\n2026-03-01T12:00:00,1";
        Assert.Equal(1, _folder.Import(Cut).Imported);
        Remove(Begin.AddDays(2));

        ImportReport report = _folder.Import(Cut + "23\n");

        Assert.Equal((0, 0, 1, 0), (report.Imported, report.Updated, report.Duplicates, report.ImportedTokens));
        Assert.Equal(1, _folder.Import(Cut + "23\n").Duplicates);
        Assert.Equal(_requests + 1, CountRequests());
    }

    [Fact]
    public async Task A_first_import_during_a_removal_brings_nothing_back()
    {
        using var started = new ManualResetEventSlim();
        Task import = Task.Run(() =>
        {
            started.Wait(TestContext.Current.CancellationToken);
            Import(Copy);
        }, TestContext.Current.CancellationToken);
        using (var remover = new StoreOptimizer(_folder.Database, CancellationToken.None))
            remover.Remove(Begin.AddDays(2), _ => started.Set());
        await import;

        Assert.Equal((0, _requests), (Import(Copy).Imported, CountRequests()));
    }

    public void Dispose() => _folder.Dispose();

    private long Remove(DateTimeOffset before)
    {
        using var remover = new StoreOptimizer(_folder.Database, CancellationToken.None);
        return remover.Remove(before);
    }

    private ImportReport Import(string path, bool whatIf = false)
    {
        using var importer = new TokenImporter(_folder.Database, ImportFormat.Auto, null, whatIf, CancellationToken.None);
        return importer.Import(path);
    }

    private long CountRequests()
    {
        using TokenStore store = TokenStore.Open(_folder.Database, CancellationToken.None);
        return new UsageQuery([], TimeZoneInfo.Utc).Run([new SqliteStore(store)], new RequestFilter()).Rows.Sum(row => row.Requests);
    }
}
