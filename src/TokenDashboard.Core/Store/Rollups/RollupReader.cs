using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Store.Rollups;

/// <summary>
/// Answers questions about sums from the rollups, and adds the requests they do not cover: those at the ends of the range, and those
/// written since the rollups were refreshed. The answer is exact at any moment: when the rollups change in the middle, it is begun anew.
/// </summary>
internal sealed class RollupReader
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(50);

    // How many rows go between two looks at the clock.
    private const int RowsPerLook = 256;

    private readonly TokenStore _store;
    private readonly RequestFilter _filter;
    private readonly RollupState _state;
    private bool _isInTransaction;
    private long _requests;
    private long _timedRequests;

    private RollupReader(TokenStore store, RequestFilter filter, RollupState state) => (_store, _filter, _state) = (store, filter, state);

    /// <summary>
    /// Reads what a question needs.
    /// </summary>
    /// <param name="store">The open store.</param>
    /// <param name="filter">Which requests.</param>
    /// <param name="texts">The names the question tells apart.</param>
    /// <param name="boundaryAfter">The first boundary the question draws after an instant, in UTC ticks; null where it draws none.</param>
    /// <param name="unreadable">Takes what could not be read.</param>
    /// <param name="onSum">Called for each sum.</param>
    /// <param name="onRow">Called for each request.</param>
    /// <param name="atOnce">
    /// Whether to read all in one go, which nobody's changes disturb, but which keeps the application waiting for longer outside WAL mode.
    /// </param>
    /// <returns>False where the rollups cannot answer, or changed meanwhile: what the callbacks were given is to be thrown away.</returns>
    public static bool TryRead(
        TokenStore store, RequestFilter filter, RequestText texts, Func<long, long>? boundaryAfter, UnreadableReport unreadable,
        Action<RollupRow> onSum, Action<RequestRow> onRow, bool atOnce = false)
    {
        if (atOnce)
        {
            bool answered = false;
            InTransaction(store, () => answered = Read());
            return answered;
        }
        return Read();

        bool Read() => RollupState.Read(store) is { IsUsable: true } state
            && Answer(new RollupReader(store, filter, state) { _isInTransaction = atOnce }, texts, boundaryAfter, unreadable, onSum, onRow);
    }

    /// <summary>Whether sums by time, user, model, provider and request type can answer a question.</summary>
    public static bool CanAnswer(RequestFilter filter, RequestText texts) =>
        filter.Transaction.Count == 0 && !filter.PolicyFailed && filter.MinTokens == 0
        && (texts & (RequestText.Transaction | RequestText.Spans)) == RequestText.None;

    /// <summary>Reads the sums of removed requests, which are all that is left of them, while the other sums cannot be used.</summary>
    /// <param name="store">The open store.</param>
    /// <param name="filter">Which requests.</param>
    /// <param name="onSum">Called for each sum.</param>
    public static void ReadRemoved(TokenStore store, RequestFilter filter, Action<RollupRow> onSum)
    {
        if (RollupState.Read(store) is null)
        {
            return;
        }
        Dictionary<long, RollupGroup> groups = store.Read(() => ReadGroups(store, filter));
        (long from, long until) = store.Read(() => DataBounds(store));
        while (from < until)
        {
            from = store.Read(() => ReadRun(store, RollupLevel.RemovedQuarter, from, until, Window, groups, sum =>
            {
                if (filter.Range.Contains(sum.UtcTicks))
                {
                    onSum(sum);
                }
            }));
        }
    }

    private static bool Answer(
        RollupReader reader, RequestText texts, Func<long, long>? boundaryAfter, UnreadableReport unreadable, Action<RollupRow> onSum, Action<RequestRow> onRow)
    {
        RequestFilter filter = reader._filter;
        bool needsUsers = texts.HasFlag(RequestText.User) || filter.User.Count > 0;
        return reader.ReadSums(needsUsers, boundaryAfter, unreadable, onSum, out RollupPlan? plan)
            && reader.ReadRows(plan!, texts, unreadable, onRow);
    }

    /// <summary>
    /// The rows in which the requests of a range are found, for questions the rollups cannot answer; null for all rows.
    /// </summary>
    public static List<RowRange>? RangesOf(TokenStore store, TimeRange range)
    {
        if ((range.Since is null && range.Until is null) || RollupState.Read(store) is not { IsUsable: true } state || state.Watermark == 0)
        {
            return null;
        }
        long from = range.Since is { } since ? RollupLevels.StartOf(RollupLevels.SecondOf(since.UtcTicks), RollupLevels.QuarterSeconds) : RollupSchema.NoTime + 1;
        long until = range.Until is { } end ? RollupLevels.SecondOf(end.UtcTicks - 1) + 1 : long.MaxValue;
        List<RowRange> ranges = store.Read(() => ReadRanges(store, $"(start >= {Number(from)} AND start < {Number(until)}) OR start = {Number(RollupSchema.NoTime)}"));
        return RowRange.Merge(ranges.Append(state.After(store)));
    }

    private bool ReadSums(bool needsUsers, Func<long, long>? boundaryAfter, UnreadableReport unreadable, Action<RollupRow> onSum, out RollupPlan? plan)
    {
        Dictionary<long, RollupGroup> groups = [];
        RollupPlan? made = null;
        bool unchanged = InRead(() =>
        {
            groups = ReadGroups(_store, _filter);
            HashSet<(RollupLevel, long)> stale = ReadStale(_store);
            made = new RollupPlan(_filter.Range, DataBounds(_store), needsUsers, boundaryAfter, (level, start) => stale.Contains((level, start)));
        });
        plan = made;
        if (!unchanged)
        {
            return false;
        }
        void CountSum(RollupRow sum)
        {
            _requests += sum.Requests;
            _timedRequests += sum.TimedRequests;
            onSum(sum);
        }
        foreach ((RollupLevel level, long from, long until) in plan!.Runs)
        {
            for (long next = from; next < until;)
            {
                if (!InRead(() => next = ReadRun(_store, level, next, until, Window, groups, CountSum)))
                {
                    return false;
                }
            }
        }
        RollupPlan done = plan;
        return InRead(() => ReadUnreadable(done, groups, unreadable));
    }

    private bool ReadRows(RollupPlan plan, RequestText texts, UnreadableReport unreadable, Action<RequestRow> onRow)
    {
        List<RowRange> ranges = [];
        bool unchanged = InRead(() =>
        {
            foreach (long[] starts in plan.Edges.Append(RollupSchema.NoTime).Chunk(500))
            {
                ranges.AddRange(ReadRanges(_store, $"start IN ({string.Join(',', starts.Select(Number))})"));
            }
        });
        if (!unchanged)
        {
            return false;
        }
        ranges.Add(_state.After(_store));
        bool Concerns(RequestRow row) => row.Id > _state.Watermark || !row.IsTimeReadable || plan.Edges.Contains(RollupBatch.QuarterOf(row));
        using var scanner = new RequestScanner(_store, _filter, texts, ranges: RowRange.Merge(ranges), concerns: Concerns) { Unreadable = unreadable };
        scanner.ReadAll(onRow);
        // A refresh does not change single requests; what this module changes or removes, it announces.
        return RollupState.Read(_store) is { IsUsable: true } now && now.Changes == _state.Changes;
    }

    /// <summary>Does a piece of reading in one short transaction.</summary>
    /// <returns>False where the rollups are no longer those the answer began with.</returns>
    private bool InRead(Action read)
    {
        bool unchanged = false;
        void Run()
        {
            unchanged = RollupState.Read(_store)?.Version == _state.Version;
            if (unchanged)
            {
                read();
            }
        }
        if (_isInTransaction)
        {
            Run();
        }
        else
        {
            InTransaction(_store, Run);
        }
        return unchanged;
    }

    private static void InTransaction(TokenStore store, Action read) => store.Read(() =>
    {
        using SqliteCommand command = store.CreateCommand("BEGIN");
        command.ExecuteNonQuery();
        try
        {
            read();
            return true;
        }
        finally
        {
            command.CommandText = "COMMIT";
            command.ExecuteNonQuery();
        }
    });

    /// <summary>The groups of the rollups whose names a filter chooses.</summary>
    internal static Dictionary<long, RollupGroup> ReadGroups(TokenStore store, RequestFilter filter)
    {
        (IReadOnlyList<string> conditions, IReadOnlyDictionary<string, object> parameters) = (filter with { Range = TimeRange.All }).ToSql();
        using SqliteCommand command = store.CreateCommand(
            $"SELECT id, all_users, user_id, model, provider, request_type FROM {RollupSchema.Groups} WHERE {string.Join(" AND ", conditions.Prepend("TRUE"))}");
        foreach ((string name, object value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }
        using SqliteDataReader reader = store.ExecuteReader(command);
        var groups = new Dictionary<long, RollupGroup>();
        while (reader.Read())
        {
            groups.Add(reader.GetInt64(0), new RollupGroup(reader.GetBoolean(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5)));
        }
        return groups;
    }

    internal static HashSet<(RollupLevel Level, long Start)> ReadStale(TokenStore store)
    {
        using SqliteCommand command = store.CreateCommand($"SELECT level, start FROM {RollupSchema.Stale}");
        using SqliteDataReader reader = store.ExecuteReader(command);
        var stale = new HashSet<(RollupLevel Level, long Start)>();
        while (reader.Read())
        {
            stale.Add(((RollupLevel)reader.GetInt64(0), reader.GetInt64(1)));
        }
        return stale;
    }

    /// <summary>The days between which there are quarters with rows, or of removed ones.</summary>
    internal static (long From, long Until) DataBounds(TokenStore store)
    {
        string removed = $"FROM {RollupSchema.Sums} WHERE level = {Number((long)RollupLevel.RemovedQuarter)}";
        string present = $"FROM {RollupSchema.Rows} WHERE start > {Number(RollupSchema.NoTime)}";
        using SqliteCommand command = store.CreateCommand(
            $"SELECT min(first), max(last) FROM (SELECT min(start) AS first, max(start) AS last {present} UNION ALL SELECT min(start), max(start) {removed})");
        using SqliteDataReader reader = store.ExecuteReader(command);
        return reader.Read() && !reader.IsDBNull(0)
            ? (RollupLevels.StartOf(reader.GetInt64(0), RollupLevels.DaySeconds), RollupLevels.StartOf(reader.GetInt64(1), RollupLevels.DaySeconds) + RollupLevels.DaySeconds)
            : (0, 0);
    }

    /// <summary>Reads sums of a level until the clock says stop.</summary>
    /// <returns>The beginning of the first piece that was not read.</returns>
    internal static long ReadRun(
        TokenStore store, RollupLevel level, long from, long until, TimeSpan window, Dictionary<long, RollupGroup> groups, Action<RollupRow> onSum)
    {
        var watch = Stopwatch.StartNew();
        var row = new RollupRow();
        using SqliteCommand command = store.CreateCommand(
            $"SELECT {RollupRow.Columns} FROM {RollupSchema.Sums} WHERE level = {Number((long)level)} AND start >= {Number(from)} AND start < {Number(until)}");
        using SqliteDataReader reader = store.ExecuteReader(command);
        if (!reader.HasRows)
        {
            return until;
        }
        var statement = new NativeStatement(reader.Handle!);
        int count = 0;
        bool late = false;
        long last = from;
        int resultCode;
        do
        {
            long start = statement.Integer(0);
            if (late && start != last)
            {
                return start;
            }
            last = start;
            if (groups.TryGetValue(statement.Integer(1), out RollupGroup? group))
            {
                row.Load(statement, group);
                onSum(row);
            }
            late |= ++count % RowsPerLook == 0 && watch.Elapsed > window;
        }
        while (statement.Step(out resultCode));
        SqliteException.ThrowExceptionForRC(resultCode, command.Connection!.Handle);
        return until;
    }

    private void ReadUnreadable(RollupPlan plan, Dictionary<long, RollupGroup> groups, UnreadableReport unreadable)
    {
        using SqliteCommand command = _store.CreateCommand(
            $"SELECT start, group_id, kinds, requests FROM {RollupSchema.Unreadable} WHERE start >= {Number(plan.First)} AND start < {Number(plan.End)}");
        using SqliteDataReader reader = _store.ExecuteReader(command);
        (long damaged, long withoutDuration) = (0, 0);
        while (reader.Read())
        {
            if (plan.Edges.Contains(reader.GetInt64(0)) || !groups.ContainsKey(reader.GetInt64(1)))
            {
                continue;
            }
            var kinds = (UnreadableValue)reader.GetInt64(2);
            long requests = reader.GetInt64(3);
            unreadable.Add(kinds, requests);
            damaged += requests;
            withoutDuration += (kinds & (UnreadableValue.Duration | UnreadableValue.MissingDuration)) == UnreadableValue.None ? 0 : requests;
        }
        long onlyMissing = Math.Max(0, _requests - _timedRequests - withoutDuration);
        unreadable.Add(UnreadableValue.MissingDuration, onlyMissing);
        unreadable.Add(UnreadableValue.None, Math.Max(0, _requests - damaged - onlyMissing));
    }

    internal static List<RowRange> ReadRanges(TokenStore store, string condition)
    {
        using SqliteCommand command = store.CreateCommand($"SELECT first_row, last_row FROM {RollupSchema.Rows} WHERE {condition}");
        using SqliteDataReader reader = store.ExecuteReader(command);
        var ranges = new List<RowRange>();
        while (reader.Read())
        {
            ranges.Add(new RowRange(reader.GetInt64(0), reader.GetInt64(1)));
        }
        return ranges;
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
