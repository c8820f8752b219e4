using System.Runtime.ExceptionServices;
using TokenDashboard.Engines.Sqlite.Rollups;

namespace TokenDashboard.Engines.Sqlite.Queries;

/// <summary>
/// Reads usage from the rollups, if the store has them and they are sufficient, and from the requests that they do not cover: those at the ends of the
/// time range and those written since the last refresh. It reads in short transactions, but the result is exact, because each chunk of
/// time is a snapshot with its watermark, and new rows count if they are after it.
/// </summary>
internal static class UsageReader
{
    // The time limit for restarts because of concurrent changes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc cref="ITelemetryStore.ReadUsage"/>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.StoreLocked"/>: requests were changed continuously. Or another of the codes that begin with <c>Store</c>.
    /// </exception>
    public static UnreadableReport Read(TokenStore store, UsageScope scope, Func<int, Action<UsageRow>> begin)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience; store.Cancellation.WaitHandle.WaitOne(Pause))
        {
            RollupState? state = RollupState.Read(store);
            UnreadableReport? report = scope is { IsAboutSums: true, NeedsRequests: false, Ids: null } && state is { IsUsable: true }
                ? ReadRollups(store, scope, state, begin(0))
                : ReadRequests(store, scope, state, begin);
            if (report is not null)
            {
                report.LacksRemoved = scope.CountsRemoved && state is not null && store.Read(() => LacksRemoved(store, scope, state.IsForeign));
                return report;
            }
        }
        throw new TokenDashboardException(
            ErrorCode.StoreLocked,
            $"Import-TokenUsage or Optimize-TokenStore -Rebuild is continuously changing requests in '{store.Path}'. Run the command again after it ends.",
            target: store.Path);
    }

    /// <summary>The rows with the requests of a time range, for queries that rollups do not support; null for all rows.</summary>
    public static List<RowRange>? RangesOf(TokenStore store, TimeRange range)
    {
        if ((range.Since is null && range.Until is null) || RollupState.Read(store) is not { IsUsable: true } state || state.Watermark == 0)
            return null;
        (long from, long until) = QuartersOf(range);
        return RowRange.Merge([.. RollupStore.ReadRanges(store, from, until), .. RangesWithoutTime(store), state.After(store)]);
    }

    // Reads all requests; null if the result must be read again.
    private static UnreadableReport? ReadRequests(TokenStore store, UsageScope scope, RollupState? state, Func<int, Action<UsageRow>> begin)
    {
        RequestFilter filter = scope.Filter;
        List<RowRange> ranges = scope.Ids is { } ids ? RowRange.Merge(ids.Select(range => new RowRange(range.First, range.Last))) : RangesOf(store, filter.Range) ?? [store.Rows()];
        List<RowRange>[] parts = RowRange.Split(ranges, scope.RowsPerPart, Environment.ProcessorCount);
        Action<UsageRow>[] onRow = [.. parts.Select((_, part) => begin(part))];
        var unreadable = new UnreadableReport();
        foreach (UnreadableReport report in ReadParts(store, scope, parts, onRow))
            unreadable.Add(report);
        if (!scope.IsAboutSums || state is { IsForeign: true })
            return unreadable;
        if (scope.CountsRemoved && state is not null)
        {
            // Removed requests have only rollups.
            (long from, long until) = RollupStore.DataBounds(store);
            RollupStore.ReadAllSums(store, RollupLevel.RemovedQuarter, from, until, filter, sum =>
            {
                if (filter.Range.Contains(sum.UtcTicks))
                    onRow[^1](sum);
            });
        }
        // No requests are removed while the rollups are unusable, but they may have become usable.
        return RollupState.Read(store) is not { } now || (now.Changes == (state?.Changes ?? 0) && now.Removals == (state?.Removals ?? 0)) ? unreadable : null;
    }

    // Each part uses its own connection, on all cores.
    private static UnreadableReport[] ReadParts(TokenStore store, UsageScope scope, List<RowRange>[] parts, Action<UsageRow>[] onRow)
    {
        UnreadableReport[] reports = [.. parts.Select(_ => new UnreadableReport())];
        void ReadPart(TokenStore open, int part)
        {
            using var scanner = new RowScanner(open, scope.Filter, scope.Texts, ranges: parts[part], unreadable: reports[part]);
            scanner.ReadAll(onRow[part]);
        }
        if (parts.Length == 1)
        {
            ReadPart(store, 0);
            return reports;
        }
        try
        {
            Parallel.For(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = parts.Length }, part =>
            {
                using TokenStore open = store.OpenAgain();
                ReadPart(open, part);
            });
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
        return reports;
    }

    // Removed requests have only rollups by quarter-hour, and these cannot be read if another version of this module created them.
    private static bool LacksRemoved(TokenStore store, UsageScope scope, bool isForeign)
    {
        TimeRange range = scope.Filter.Range;
        bool HasRemoved(long from, long until) => RollupStore.NextRemoved(store, from) < until;
        if (scope.IsAboutSums && !isForeign)
            return IsCut(range.Since) || IsCut(range.Until);
        (long from, long until) = QuartersOf(range);
        return HasRemoved(from, until);

        bool IsCut(DateTimeOffset? bound) => bound is { } time && RollupLevels.QuarterOf(time) is var quarter && quarter != time
            && HasRemoved(quarter.ToUnixTimeSeconds(), quarter.ToUnixTimeSeconds() + 1);
    }

    // The starts of the quarter-hours of a time range, in seconds.
    private static (long From, long Until) QuartersOf(TimeRange range) => (
        range.Since is { } since ? RollupLevels.StartOf(RollupLevels.SecondOf(since.UtcTicks), RollupLevels.QuarterSeconds) : RollupSchema.NoTime + 1,
        range.Until is { } end ? RollupLevels.SecondOf(end.UtcTicks - 1) + 1 : long.MaxValue);

    private static List<RowRange> RangesWithoutTime(TokenStore store) => RollupStore.ReadRanges(store, RollupSchema.NoTime, RollupSchema.NoTime + 1);

    // Null if the result must be read again.
    private static UnreadableReport? ReadRollups(TokenStore store, UsageScope scope, RollupState state, Action<UsageRow> onRow)
    {
        if (scope.NeedsQuarters is not { } needsQuarters
            || !RollupStore.ReadGroups(store, scope.Filter).Values.Any(group => needsQuarters(group.Provider, group.Model)))
        {
            return ReadChunks(store, scope, state, onRow);
        }
        // Few models need short rollups, which are numerous, so other models are read separately.
        UnreadableReport? ReadSome(bool shortOnes) => ReadChunks(
            store, scope with
            {
                NeedsQuarters = null, Includes = (provider, model) => needsQuarters(provider, model) == shortOnes,
                Step = shortOnes ? RollupLevels.QuarterSeconds : scope.Step, EndOfBucket = shortOnes ? null : scope.EndOfBucket,
            },
            state, onRow);
        UnreadableReport? report = ReadSome(shortOnes: false), others = report is null ? null : ReadSome(shortOnes: true);
        if (others is null)
            return null;
        report!.Add(others);
        return report;
    }

    /// <summary>Reads usage from usable rollups, if sums are sufficient; null if requests were changed, so that it must be read again.</summary>
    public static UnreadableReport? ReadChunks(TokenStore store, UsageScope scope, RollupState start, Action<UsageRow> onRow)
    {
        var unreadable = new UnreadableReport();
        using var chunks = new RollupChunks(store, scope, start, unreadable, onRow);
        while (chunks.MoveNext() is { } unchanged)
        {
            if (!unchanged)
                return null;
        }
        // Then the rows that are not in the rollups, and those without a time.
        List<RowRange> ranges = RowRange.Merge([.. RangesWithoutTime(store), start.After(store)]);
        using var scanner = new RowScanner(
            store, scope.Filter, scope.Texts, ranges: ranges, unreadable: unreadable,
            concerns: row => scope.Counts(row.Provider, row.Model) && (!row.IsTimeReadable || !chunks.IsSummed(row)));
        scanner.ReadAll(onRow);
        // A row that was added, aggregated and removed during the read would be missing.
        return RollupState.Read(store) is { IsUsable: true } now && now.Changes == start.Changes
            && (now.Removals == start.Removals || now.Watermark == start.Watermark) ? unreadable : null;
    }
}
