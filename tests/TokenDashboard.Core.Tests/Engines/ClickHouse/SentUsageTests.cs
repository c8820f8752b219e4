using TokenDashboard.Engines.ClickHouse;
using TokenDashboard.Engines.ClickHouse.Sync;

namespace TokenDashboard.Tests.Engines.ClickHouse;

/// <summary>Rollups match the requests in the table exactly while several runs work on one source.</summary>
public sealed class SentUsageTests : IDisposable
{
    private const string Source = "store";

    private readonly ClickHouseServer? _server = ClickHouseEngine.IsAvailable ? NewServer() : null;

    public void Dispose() => _server?.Dispose();

    [ClickHouseFact]
    public void A_day_is_not_rolled_up_while_another_run_changes_it()
    {
        int day = Today() - 5;
        Insert(day, 1);
        Run one = Begin(), other = Begin();
        one.Usage.Mark([day]);
        Insert(day, 2);
        other.Sum();
        Insert(day, 3);
        Assert.Equal((3, 3), Counts());

        // This run takes longer than others wait for a killed run.
        one.Clock.Advance(TimeSpan.FromMinutes(70));
        Run third = Begin(TimeSpan.FromMinutes(70));
        third.Sum();
        Assert.Equal((3, 1), (Counts().Requests, Rows()));
        one.Usage.Mark([day]);
        Insert(day, 4);
        Begin(TimeSpan.FromMinutes(71)).Sum();
        Assert.Equal((4, 4), Counts());

        one.Sum();
        Assert.Equal((4, 1), (Counts().Requests, Rows()));
        // The mark of a finished run does not keep others from changing the day.
        Run last = Begin(TimeSpan.FromMinutes(72));
        last.Usage.Mark([day]);
        Insert(day, 5);
        last.Sum();
        Assert.Equal((5, 1), (Counts().Requests, Rows()));
    }

    [ClickHouseFact]
    public void A_day_that_ends_during_a_run_is_marked_again_before_sending()
    {
        int day = Today();
        Run one = Begin();
        one.Usage.Mark([day]);
        Insert(day, 1);
        one.Clock.Advance(TimeSpan.FromHours(26));
        Begin(TimeSpan.FromHours(26)).Sum();
        Assert.Equal((1, 1), (Counts().Requests, Rows()));

        one.Usage.Mark([day]);
        Insert(day, 2);
        Assert.Equal((2, 2), Counts());
    }

    private static ClickHouseServer NewServer()
    {
        var server = new ClickHouseServer(ClickHouseAddress.Parse(ClickHouseEngine.Shared.NewDatabase()), null, CancellationToken.None);
        foreach (string statement in RequestTable.CreateStatements(null))
            server.Execute(statement);
        return server;
    }

    private Run Begin(TimeSpan later = default)
    {
        var clock = new Clock();
        var sent = new SentRows(_server!, Source, RequestTable.NoTime, RequestTable.NoTime);
        var usage = new SentUsage(_server!, Source, clock);
        usage.Begin(sent.ReadWatermark() + (long)later.TotalSeconds);
        return new Run(sent, usage, clock);
    }

    private int Today() => _server!.Query("SELECT toInt32(toDate32(now(), 'UTC'))", new ClickHouseParameters(), row => row.GetInt32(0)).Single();

    private void Insert(int day, int id) => _server!.Execute(
        $"INSERT INTO {RequestTable.Name} (id, time, checksum, version, source) SELECT {id}, toDateTime64({day} * {UsageTables.Day} + 1, 6, 'UTC'), {id}, 1, '{Source}'");

    // The number of requests and of rows in the view. When the view reads requests instead of rollups, each request is a row.
    private (long Requests, long Rows) Counts() =>
        _server!.Query($"SELECT sum(requests), toInt64(count()) FROM {UsageTables.All()}", new ClickHouseParameters(), row => (row.GetInt64(0), row.GetInt64(1))).Single();

    private long Rows() => Counts().Rows;

    private sealed record Run(SentRows Sent, SentUsage Usage, Clock Clock)
    {
        public void Sum()
        {
            Sent.ReadWindows(long.MinValue);
            Usage.Sum(Sent.Days, isWhole: false);
        }
    }

    private sealed class Clock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;
    }
}
