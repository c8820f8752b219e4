using CsCheck;
using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Telemetry;
using TokenDashboard.Telemetry.Times;
using TokenDashboard.Tests.Usage;

namespace TokenDashboard.Tests.Engines.Sqlite.Rollups;

public class UsageReaderTests
{
    private static readonly DateTimeOffset Since = new(2026, 3, 27, 0, 15, 0, TimeSpan.Zero);

    private enum Event
    {
        Insert,
        Move,
        Optimize,
        Remove,
        RemoveSome,
        Rebuild,
    }

    [Fact]
    public void Every_request_is_counted_once_despite_changes_during_the_read() => Gen.Select(
        RandomStore.Row.Array[20, 60], RandomStore.Row.Array[0, 20], RandomStore.Row.Array[60],
        Gen.Select(Gen.Int[1, 30], Gen.Enum<Event>()).Array[1, 6], Gen.OneOfConst(0, RollupLevels.HourSeconds, RollupLevels.QuarterSeconds)).ForAll(
        (summed, after, more, events, step) =>
        {
            using var store = new TestStore();
            // Only a write-ahead log allows others to write during a read.
            Execute(store, "PRAGMA journal_mode = WAL");
            var requests = new List<TestStore.Row>();
            var rows = new Queue<TestStore.Row>(more);
            Insert(summed);
            Apply(Event.Optimize);
            Insert(after);
            int before = requests.Count;

            var pending = new Queue<(int At, Event What)>(events.OrderBy(e => e.Item1).Select(e => (e.Item1, e.Item2)));
            int calls = 0;
            var counts = new Dictionary<string, long>();
            void Count(UsageRow row, long number)
            {
                counts[row.User] = counts.GetValueOrDefault(row.User) + number;
                calls++;
                while (pending.TryPeek(out (int At, Event What) next) && next.At <= calls)
                {
                    pending.Dequeue();
                    Apply(next.What);
                    // Exceeds the time of this window, so that the next rows are read in another one.
                    Thread.Sleep(RowScanner.UsualWindow * 1.2);
                }
            }
            using TokenStore open = store.Open();
            // The range begins within an hour, so that quarter hours, hours and days are read.
            var scope = new UsageScope(new RequestFilter { Range = new TimeRange(Since, null) }, RequestText.User, step, TimeZoneInfo.Utc, CountsRemoved: true);
            UsageReader.Read(open, scope, _ =>
            {
                counts.Clear();
                return row => Count(row, row.Values[Measures.Requests]);
            });

            foreach ((TestStore.Row row, int index) in requests.Select((row, index) => (row, index)))
            {
                bool asked = RandomStore.TimeOf(row) >= Since;
                Assert.InRange(counts.GetValueOrDefault((string)row.User!), asked && index < before ? 1 : 0, asked ? 1 : 0);
            }

            void Insert(TestStore.Row[] rows)
            {
                TestStore.Row[] named = [.. rows.Select((row, index) => row with { User = $"user {requests.Count + index}" })];
                store.Insert(named);
                requests.AddRange(named);
            }
            void Apply(Event what)
            {
                switch (what)
                {
                    case Event.Insert:
                        Insert([.. Enumerable.Range(0, Math.Min(5, rows.Count)).Select(_ => rows.Dequeue())]);
                        break;
                    case Event.Move:
                        MoveOne();
                        break;
                    case Event.Remove or Event.RemoveSome:
                        Remove(store, all: what == Event.Remove);
                        break;
                    default:
                        using (var optimizer = new StoreOptimizer(store.Path, CancellationToken.None))
                        {
                            if (what == Event.Rebuild)
                                optimizer.Clear();
                            optimizer.Refresh();
                        }
                        break;
                }
            }
            // As an import does when it finds a more complete request.
            void MoveOne()
            {
                if (!rows.TryDequeue(out TestStore.Row? other) || RandomStore.TimeOf(other) < Since)
                    return;
                using StoreWriteConnection connection = StoreWriteConnection.Open(store.Path, CancellationToken.None);
                connection.InTransaction(() =>
                {
                    if (store.Query($"SELECT id FROM telemetry WHERE timestamp > '{StoredTimestamp.Format(Since)}' ORDER BY random() LIMIT 1") is not [long id])
                        return;
                    RollupChanges.Announce(connection, id);
                    connection.Execute($"UPDATE telemetry SET timestamp = '{other.Timestamp}' WHERE id = {id}");
                    RollupChanges.Announce(connection, id);
                });
            }
        },
        iter: 12);

    [Fact]
    public void Parallel_parts_return_every_row_in_order() => Gen.Select(Gen.Int[0, 60], Gen.Int[1, 40]).Sample(
        (rows, rowsPerPart) =>
        {
            using var store = new TestStore();
            store.Insert(Enumerable.Range(0, rows).Select(row => new TestStore.Row { User = $"user {row}", Prompt = row % 7 == 0 ? -1L : 1L }));
            using TokenStore open = store.Open();
            var parts = new List<List<string>>();
            var scope = new UsageScope(new RequestFilter(), RequestText.User, Step: 0, TimeZoneInfo.Utc, CountsRemoved: true) { RowsPerPart = rowsPerPart };

            UnreadableReport unreadable = UsageReader.Read(open, scope, _ =>
            {
                var users = new List<string>();
                parts.Add(users);
                return row => users.Add(row.User);
            });

            Assert.Equal(Enumerable.Range(0, rows).Select(row => $"user {row}"), parts.SelectMany(part => part));
            Assert.Equal((rows + 6) / 7, unreadable.TokenCounts);
        },
        iter: 10);

    [Fact]
    public void Ranges_are_split_into_parts_without_gaps_or_overlaps() => Gen.Select(
        Gen.Select(Gen.Long[1, 50], Gen.Long[0, 30]).Array[0, 6], Gen.Long[1, 60], Gen.Int[1, 8]).Sample((gaps, rowsPerPart, mostParts) =>
        {
            var ranges = new List<RowRange>();
            foreach ((long length, long gap) in gaps)
            {
                long first = (ranges.Count == 0 ? 0 : ranges[^1].Last) + 1 + gap;
                ranges.Add(new RowRange(first, first + length - 1));
            }
            List<RowRange>[] parts = RowRange.Split(ranges, rowsPerPart, mostParts);

            Assert.Equal(RowRange.Merge(ranges), RowRange.Merge(parts.SelectMany(part => part)));
            Assert.Equal(ranges.Sum(range => range.Last - range.First + 1), parts.SelectMany(part => part).Sum(range => range.Last - range.First + 1));
            Assert.InRange(parts.Length, 1, mostParts);
        });

    private static void Remove(TestStore store, bool all)
    {
        using var stop = new CancellationTokenSource();
        using var remover = new StoreOptimizer(store.Path, stop.Token);
        try
        {
            remover.Remove(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero), all ? null : _ => stop.Cancel());
        }
        catch (OperationCanceledException)
        {
            // Some removed requests are enough.
        }
    }

    private static void Execute(TestStore store, string sql)
    {
        using SqliteConnection connection = store.Connect();
        connection.Execute(sql);
    }
}
