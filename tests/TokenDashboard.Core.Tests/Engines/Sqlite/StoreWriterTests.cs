using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Tests.Engines.Sqlite;

public class StoreWriterTests
{
    private static readonly DateTimeOffset Until = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_sample_is_the_same_for_the_same_arguments()
    {
        Assert.Equivalent(new SampleRequests(5).Make(Until, 3, 100), new SampleRequests(5).Make(Until, 3, 100), strict: true);
        Assert.NotEqual(
            new SampleRequests(5).Make(Until, 3, 100).First().SpanId,
            new SampleRequests(6).Make(Until, 3, 100).First().SpanId);
    }

    [Fact]
    public void A_sample_resembles_the_usage_of_a_company()
    {
        TokenRequest[] requests = [.. new SampleRequests(1).Make(Until, 28, 800)];
        bool Weekend(TokenRequest request) => request.Timestamp.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        int night = requests.Count(request => request.Timestamp.Hour is < 5);
        int morning = requests.Count(request => request.Timestamp.Hour is >= 8 and < 13);
        int[] byUser = [.. requests.GroupBy(request => request.User).Select(user => user.Count()).OrderDescending()];

        Assert.All(requests, request => Assert.InRange(request.Timestamp, Until.AddDays(-28), Until));
        Assert.Equal(requests.OrderBy(request => request.Timestamp).Select(request => request.SpanId), requests.Select(request => request.SpanId));
        Assert.True(requests.Count(Weekend) * 4 < requests.Length);
        Assert.True(night * 5 < morning);
        Assert.True(byUser[0] > byUser[10] * 5);
        Assert.InRange(requests.Count(request => request.InterruptedStream), 1, requests.Length / 50);
        Assert.InRange(requests.Count(request => !request.PolicyPassed), requests.Length / 100, requests.Length / 25);
        Assert.Contains(requests.GroupBy(request => request.Transaction), transaction => transaction.Key.Length > 0 && transaction.Count() > 1);
    }

    [Fact]
    public void Only_the_temporary_files_of_killed_runs_are_removed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "SQLite itself holds the file there.");
        using var folder = new TemporaryFolder();
        string path = folder.File("store.db");
        string left = $"{path}.{Guid.NewGuid():N}.tmp", running = $"{path}.{Guid.NewGuid():N}.tmp", begun = $"{path}.{Guid.NewGuid():N}.tmp";
        string[] foreign = [$"{path}.tmp", $"{path}.0123456789abcdef0123456789abcdeg.tmp", $"{folder.File("other.db")}.{Guid.NewGuid():N}.tmp"];
        foreach (string file in (string[])[left, .. foreign])
        {
            File.WriteAllText(file, "x");
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-1));
        }
        using var held = new FileStream(running, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        File.SetLastWriteTimeUtc(running, DateTime.UtcNow.AddHours(-1));
        // Created by a run that has not locked it yet.
        File.WriteAllText(begun, "");

        StoreWriter.Create(path, [], TestContext.Current.CancellationToken);

        Assert.Equal(new[] { path, running, begun }.Concat(foreign).Order(), Directory.GetFiles(folder.Path).Order());
    }

    [Fact]
    public void A_run_locks_the_file_it_writes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "SQLite itself holds the file there.");
        using var folder = new TemporaryFolder();
        string path = folder.File("store.db");
        IEnumerable<TokenRequest> Requests()
        {
            string temporary = Assert.Single(Directory.GetFiles(folder.Path));
            Assert.Throws<IOException>(() => new FileStream(temporary, FileMode.Open, FileAccess.ReadWrite, FileShare.None));
            yield break;
        }

        StoreWriter.Create(path, Requests(), TestContext.Current.CancellationToken);

        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Written_requests_are_read_back_unchanged()
    {
        using var folder = new TemporaryFolder();
        TokenRequest[] requests = [.. new SampleRequests(3).Make(Until, 2, 200)];
        string path = folder.File("new/folder/store.db");

        StoreWriter.Create(path, requests, CancellationToken.None);

        using TokenStore store = TokenStore.Open(path, CancellationToken.None);
        var query = new TokenDashboard.Usage.RequestQuery([new TokenDashboard.Engines.Sqlite.Queries.SqliteStore(store)], new RequestFilter());
        TokenRequest[] read = [.. query.Run(0, ulong.MaxValue)];
        Assert.Equal(requests.Select(Values), read.Select(Values));
        Assert.Equal(0, query.Unreadable.Rows);
    }

    [Fact]
    public void An_existing_file_is_not_overwritten()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("precious.db"), "precious");

        var failure = Assert.Throws<TokenDashboardException>(() => StoreWriter.Create(folder.File("precious.db"), [], CancellationToken.None));

        Assert.Equal(ErrorCode.StoreExists, failure.Code);
        Assert.Equal("precious", File.ReadAllText(folder.File("precious.db")));
    }

    [Fact]
    public void A_canceled_sample_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        using var cancellation = new CancellationTokenSource();
        IEnumerable<TokenRequest> Cancelling()
        {
            foreach (TokenRequest request in new SampleRequests(3).Make(Until, 2, 200))
            {
                cancellation.Cancel();
                yield return request;
            }
        }

        Assert.ThrowsAny<OperationCanceledException>(() => StoreWriter.Create(folder.File("store.db"), Cancelling(), cancellation.Token));

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void An_unwritable_path_is_reported()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("file"), "");

        var failure = Assert.Throws<TokenDashboardException>(() => StoreWriter.Create(folder.File("file/store.db"), [], CancellationToken.None));

        Assert.Equal(ErrorCode.StoreWriteFailed, failure.Code);
    }

    [Fact]
    public void A_file_name_that_is_too_long_is_reported()
    {
        using var folder = new TemporaryFolder();

        var failure = Assert.Throws<TokenDashboardException>(() => StoreWriter.Create(folder.File(new string('a', 260)), [], CancellationToken.None));

        Assert.Equal(ErrorCode.StoreWriteFailed, failure.Code);
        Assert.Contains("too long", failure.Message);
    }

    private static object Values(TokenRequest r) => (
        r.Timestamp, r.Transaction, r.User, r.Model, r.Provider, r.RequestType, r.PromptTokens, r.CompletionTokens,
        (r.TotalTokens, r.DurationMs, r.PolicyPassed, r.InterruptedStream, r.TraceId, r.SpanId, r.ParentSpanId));
}
