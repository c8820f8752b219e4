using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Import;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Engines.Sqlite;

/// <summary>A store with the requests of 60 days, which several threads and processes use at the same time.</summary>
internal sealed class LiveStore : IDisposable
{
    public const int Days = 60;

    private readonly TemporaryFolder _folder = new();

    public LiveStore(JournalMode mode, int requestsPerDay)
    {
        TokenRequest[] requests = [.. new SampleRequests(seed: 1).Make(End, Days, requestsPerDay)];
        StoreWriter.Create(Path, requests, CancellationToken.None);
        Requests = requests.Length;
        using var optimizer = new StoreOptimizer(Path, CancellationToken.None);
        optimizer.SetJournalMode(mode);
    }

    /// <summary>The end of the 60 days.</summary>
    public static DateTimeOffset End { get; } = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset Begin => End.AddDays(-Days);

    public string Path => _folder.File("store.db");

    /// <summary>The number of requests at the beginning.</summary>
    public long Requests { get; }

    /// <summary>Writes a log of spans that no other log contains, spread over the 60 days.</summary>
    public string WriteLog(int number, int spans)
    {
        string path = _folder.File($"{number}.log");
        TimeSpan step = TimeSpan.FromDays(Days) / spans;
        File.WriteAllLines(path, Enumerable.Range(0, spans).Select(i =>
        {
            long start = (Begin + (step * i) - DateTimeOffset.UnixEpoch).Ticks * 100;
            return $$$"""{"type": "span", "name": "openai.chat", "trace_id": "{{{number:x32}}}", "span_id": "{{{i:x16}}}", "start_time": {{{start}}}, "end_time": {{{start + 1000}}}, "attributes": {"user.id": "imported", "llm.model": "gpt-4o", "llm.provider": "openai", "prompt.tokens": 10, "completion.tokens": 5, "total.tokens": 15}}""";
        }));
        return path;
    }

    public ImportReport Import(string log)
    {
        using var importer = new TokenImporter(Path, ImportFormat.Auto, null, whatIf: false, CancellationToken.None);
        return importer.Import(log);
    }

    public void Optimize(bool rebuild = false)
    {
        using var optimizer = new StoreOptimizer(Path, CancellationToken.None);
        if (rebuild)
            optimizer.Clear();
        optimizer.Refresh();
    }

    public void Remove(DateTimeOffset before)
    {
        using var remover = new StoreOptimizer(Path, CancellationToken.None);
        remover.Remove(before);
    }

    /// <summary>The number of requests in a query result.</summary>
    public long CountRequests(string zone = "UTC", params UsageDimension[] groupBy)
    {
        using TokenStore store = Open();
        return new UsageQuery(groupBy, TimeZoneInfo.FindSystemTimeZoneById(zone)).Run([new SqliteStore(store)], new RequestFilter()).Rows.Sum(row => row.Requests);
    }

    public TokenStore Open() => TokenStore.Open(Path, CancellationToken.None);

    /// <summary>The first column of a query, over a connection that can write.</summary>
    public List<string> Query(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        var values = new List<string>();
        while (reader.Read())
            values.Add(reader.GetString(0));
        return values;
    }

    public void AssertSound() =>
        Assert.All(TokenStoreCheck.Run(Path, wait: true, progress: null, CancellationToken.None), check => Assert.True(check.Result == CheckResult.Passed, check.Message));

    public void Dispose() => _folder.Dispose();
}
