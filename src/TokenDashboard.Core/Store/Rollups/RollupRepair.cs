using Microsoft.Data.Sqlite;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Store.Rollups;

/// <summary>
/// Computes stale pieces of the rollups anew: quarters of an hour from their requests, longer pieces from the quarters. A piece stays
/// stale, and so unused, until all of it is written, which may take several transactions.
/// </summary>
internal sealed class RollupRepair(StoreOptimizer optimizer, CancellationToken cancellation)
{
    private const int SumsPerTransaction = 2_000;
    private const int MaxAttempts = 20;

    /// <summary>Repairs everything that is stale.</summary>
    /// <returns>How many pieces were repaired.</returns>
    public long Run()
    {
        long repaired = 0;
        foreach (RollupLevel level in StoreOptimizer.LongerLevels.Prepend(RollupLevel.Quarter))
        {
            foreach (long start in ReadStarts(level))
            {
                for (int attempt = 0; attempt < MaxAttempts && !Repair(level, start); attempt++)
                {
                    cancellation.ThrowIfCancellationRequested();
                }
                repaired++;
            }
        }
        return repaired;
    }

    private bool Repair(RollupLevel level, long start)
    {
        RollupState state = optimizer.ReadState();
        var batch = new RollupBatch();
        Dictionary<RollupGroup, RollupSums> sums = level == RollupLevel.Quarter ? OfRequests(state, start, batch) : OfQuarters(level, start);
        // The first transaction takes the old sums away; the mark keeps everybody from reading what is only partly there.
        bool written = Write(ref state, () => optimizer.Tables.Run(
            $"DELETE FROM {RollupSchema.Sums} WHERE level = ?1 AND start = ?2", (long)level, start));
        foreach (KeyValuePair<RollupGroup, RollupSums>[] chunk in sums.Chunk(SumsPerTransaction))
        {
            written = written && Write(ref state, () =>
            {
                foreach ((RollupGroup group, RollupSums groupSums) in chunk)
                {
                    optimizer.Tables.Add(level, start, group, groupSums);
                }
            });
        }
        return written && Write(ref state, () =>
        {
            if (level == RollupLevel.Quarter)
            {
                optimizer.Tables.Run($"DELETE FROM {RollupSchema.Unreadable} WHERE start = ?1", start);
                optimizer.Tables.AddUnreadable(batch);
            }
            optimizer.Tables.RemoveStale(level, start);
        });
    }

    private bool Write(ref RollupState state, Action write)
    {
        if (!optimizer.TryWrite(state, write))
        {
            return false;
        }
        state = state with { Version = state.Version + 1 };
        return true;
    }

    private Dictionary<RollupGroup, RollupSums> OfRequests(RollupState state, long start, RollupBatch batch)
    {
        List<RowRange> ranges = optimizer.Store.Read(() => RollupReader.ReadRanges(optimizer.Store, $"start = {start}"));
        using var scanner = new RowScanner(
            optimizer.Store, new RequestFilter(), RequestText.User | RequestText.Model | RequestText.Provider | RequestText.RequestType,
            ranges: RowRange.Merge(ranges));
        scanner.ReadAll(row =>
        {
            if (row.Id <= state.Watermark && RollupBatch.QuarterOf(row) == start)
            {
                batch.Add(row);
            }
        });
        return batch.Quarters.ToDictionary(quarter => quarter.Key.Group, quarter => quarter.Value);
    }

    private Dictionary<RollupGroup, RollupSums> OfQuarters(RollupLevel level, long start)
    {
        var sums = new Dictionary<RollupGroup, RollupSums>();
        Dictionary<long, RollupGroup> groups = optimizer.Store.Read(() => RollupReader.ReadGroups(optimizer.Store, new RequestFilter()));
        for (long hour = start; hour < start + level.Seconds(); hour += RollupLevels.HourSeconds)
        {
            foreach (RollupLevel quarters in (ReadOnlySpan<RollupLevel>)[RollupLevel.RemovedQuarter, RollupLevel.Quarter])
            {
                _ = optimizer.Store.Read(() => RollupReader.ReadRun(optimizer.Store, quarters, hour, hour + RollupLevels.HourSeconds, TimeSpan.MaxValue, groups, row =>
                {
                    RollupGroup group = level.HasUsers() ? row.Group : row.Group.OfAllUsers();
                    if (!sums.TryGetValue(group, out RollupSums? all))
                    {
                        sums.Add(group, all = new RollupSums());
                    }
                    all.Add(row.ToSums());
                }));
            }
        }
        return sums;
    }

    private List<long> ReadStarts(RollupLevel level) => optimizer.Store.Read(() =>
    {
        using SqliteCommand command = optimizer.Store.CreateCommand($"SELECT start FROM {RollupSchema.Stale} WHERE level = {(int)level} ORDER BY start");
        using SqliteDataReader reader = optimizer.Store.ExecuteReader(command);
        var starts = new List<long>();
        while (reader.Read())
        {
            starts.Add(reader.GetInt64(0));
        }
        return starts;
    });
}
