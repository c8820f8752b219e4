namespace TokenDashboard.Store.Rollups;

/// <summary>
/// Takes all sums of a store back, except those of removed requests. From its beginning on nobody reads or adds to the rollups, nor
/// removes requests, so they may disappear bit by bit. Several runs may do it together, and go on with what another left undone; but
/// what one of them builds up again, the others leave alone.
/// </summary>
internal sealed class RollupClearing(StoreOptimizer optimizer)
{
    /// <summary>Begins.</summary>
    public void Begin() => optimizer.InTransaction(() =>
    {
        optimizer.Tables.Run($"UPDATE {RollupSchema.State} SET format = {RollupSchema.Clearing}, watermark = 0, watermark_time = NULL");
        optimizer.Tables.Run(RollupSchema.NextChange);
    });

    /// <summary>Goes on until it is done, by this run or by another.</summary>
    public void Complete()
    {
        Delete(RollupSchema.Sums, "level, start, group_id", $"level > {(int)RollupLevel.RemovedQuarter}");
        Delete(RollupSchema.Rows, "start, first_row", "TRUE");
        Delete(RollupSchema.Unreadable, "start, group_id, kinds", "TRUE");
        Delete(RollupSchema.Stale, "level, start", "TRUE");
        // The sums of longer pieces count what was removed too, so they must be computed where nothing but that is left.
        optimizer.AddStale(ReadRemovedHours(), StoreOptimizer.LongerLevels, IsClearing);
        optimizer.InTransaction(() =>
        {
            if (IsClearing())
            {
                optimizer.Tables.Run($"UPDATE {RollupSchema.State} SET format = {RollupSchema.Format}");
                optimizer.Tables.NextVersion();
            }
        });
    }

    private bool IsClearing() => RollupState.Read(optimizer.Connection.Connection) is { IsClearing: true };

    private void Delete(string table, string key, string condition)
    {
        for (bool more = true; more;)
        {
            optimizer.InTransaction(() => more = IsClearing() && optimizer.Tables.DeleteSome(table, key, condition));
        }
    }

    private List<long> ReadRemovedHours()
    {
        var hours = new List<long>();
        long from = long.MinValue;
        while (optimizer.Store.Read(() => RollupQueries.FirstRemoved(optimizer.Store, from)) is { } start)
        {
            hours.Add(RollupLevels.StartOf(start, RollupLevels.HourSeconds));
            from = hours[^1] + RollupLevels.HourSeconds;
        }
        return hours;
    }
}
