using System.Net;
using ClickHouse.Driver.ADO.Readers;

namespace TokenDashboard.Engines.ClickHouse.Queries;

/// <summary>The requests of many stores in one ClickHouse database, written by Sync-TokenStore.</summary>
internal sealed class ClickHouseStore : ITelemetryStore
{
    private const int MostNames = 1000;

    // The largest page for which the server selects the requests that can be in it.
    private const ulong MostPreselected = 10_000;

    private readonly ClickHouseServer _server;
    private readonly IReadOnlyList<string>? _sources;
    private readonly FoundTables _tables;

    /// <summary>
    /// Opens and checks the store, as the user of the environment if there is no credential. A function selects sources; null for all. A
    /// cancellation ends any running query, here and on the server.
    /// </summary>
    /// <exception cref="TokenDashboardException">One of the codes that begin with <c>Store</c>.</exception>
    public ClickHouseStore(string address, NetworkCredential? credential, Func<string, bool>? isChosen, CancellationToken cancellation)
    {
        _server = new ClickHouseServer(ClickHouseAddress.Parse(address), credential, cancellation);
        try
        {
            _tables = FoundTables.Of(_server);
            _sources = isChosen is null ? null : [.. ReadSources().Where(isChosen)];
        }
        catch
        {
            _server.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => _server.Address.ToString();

    /// <summary>Null, because each request has its own source.</summary>
    public string? Source => null;

    /// <inheritdoc/>
    bool ITelemetryStore.FindsLargest => true;

    /// <summary>The number of groups above which the server finds the largest ones, if only these are needed.</summary>
    public long MostGroupsSent { get; set; } = 10_000;

    /// <summary>See <see cref="ClickHouseUsage.MostWholeHistograms"/>.</summary>
    public long MostWholeHistograms { get; set; } = 10_000;

    /// <summary>Whether any of its sources is selected.</summary>
    public bool IsChosen => _sources is not { Count: 0 };

    /// <summary>The sources of its requests, by name.</summary>
    public IReadOnlyList<string> ReadSources() =>
        [.. _server.Query($"SELECT DISTINCT source FROM {UsageTables.Days} ORDER BY source", new ClickHouseParameters(), row => row.GetString(0))];

    /// <inheritdoc/>
    UnreadableReport ITelemetryStore.ReadUsage(UsageScope scope, Func<int, Action<UsageRow>> begin)
    {
        var usage = new ClickHouseUsage(_server, scope, _sources) { MostGroupsSent = MostGroupsSent, MostWholeHistograms = MostWholeHistograms };
        UnreadableReport? report;
        do
            report = usage.Read(begin(0));
        while (report is null);
        return report;
    }

    /// <inheritdoc/>
    IEnumerable<TokenRequest> ITelemetryStore.ReadRequests(
        RequestFilter filter, RequestOrder order, bool descending, (ulong Skip, ulong First) page, UnreadableReport unreadable)
    {
        if (page.First == 0)
            return [];
        ReadUnreadable(filter, unreadable);
        var parameters = new ClickHouseParameters();
        string where = ClickHouseConditions.Of(filter, _sources, parameters);
        string key = order switch
        {
            RequestOrder.Timestamp => "time",
            RequestOrder.PromptTokens => "prompt_tokens",
            RequestOrder.CompletionTokens => "completion_tokens",
            RequestOrder.TotalTokens => "total_tokens",
            RequestOrder.DurationMs => "ifNull(duration_ms, -1)",
            RequestOrder.User => "user",
            RequestOrder.Model => "model",
            RequestOrder.Provider => "provider",
            _ => "",
        };
        // The last key on the page shows which rows can be on it. Of the other rows, only the key is read. Many rows have the same names.
        if (key.Length > 0 && order is not (RequestOrder.User or RequestOrder.Model or RequestOrder.Provider) && page.First <= MostPreselected && page.Skip <= MostPreselected)
        {
            (string least, string comparison, string direction) = descending ? ("min", ">=", " DESC") : ("max", "<=", "");
            where += $" AND {key} {comparison} (SELECT {least}(last) FROM (SELECT {key} AS last FROM {RequestTable.Rows} PREWHERE {where} AND {ClickHouseConditions.HasTime} "
                + $"ORDER BY last{direction} LIMIT {parameters.Add((long)(page.Skip + page.First))}))";
        }
        return Read(where, parameters, key, descending, page);
    }

    private IEnumerable<TokenRequest> Read(string where, ClickHouseParameters parameters, string key, bool descending, (ulong Skip, ulong First) page)
    {
        string direction = descending ? " DESC" : "";
        string[] keys = [.. new[] { key, "source", "id" }.Where(column => column.Length > 0).Select(column => column + direction)];
        string limit = page.First < long.MaxValue ? $" LIMIT {parameters.Add((long)page.First)}" : page.Skip > 0 ? $" LIMIT {long.MaxValue}" : "";
        string offset = page.Skip > 0 ? $" OFFSET {parameters.Add((long)Math.Min(page.Skip, long.MaxValue))}" : "";
        return _server.Query(
            $"""
            SELECT source, id, {RequestTable.Micros}, transaction_id, user, model, provider, request_type, prompt_tokens, completion_tokens, total_tokens,
                recorded_cost, duration_ms, policy_failed, interrupted_stream, trace_id, span_id, parent_span_id, {string.Join(", ", Measures.Parts.Select(part => part.Name))}
            FROM {RequestTable.Rows}
            PREWHERE {where} AND {ClickHouseConditions.HasTime}
            ORDER BY {string.Join(", ", keys)}{limit}{offset}
            {RequestTable.ReadSettings}
            """,
            parameters,
            RequestOf);
    }

    /// <inheritdoc/>
    // Of the requests that are read, only those up to the end of the page are kept.
    IEnumerable<TokenRequest> ITelemetryStore.ReadRequestsByCost(
        RequestFilter filter, Func<TokenRequest, decimal> costOf, Func<string, string, int, IReadOnlyDictionary<string, double>> highestRatesOf, bool descending,
        (ulong Skip, ulong First) page, UnreadableReport unreadable)
    {
        if (page.First == 0)
            return [];
        ReadUnreadable(filter, unreadable);
        ulong last = page.Skip > ulong.MaxValue - page.First ? ulong.MaxValue : page.Skip + page.First;
        var parameters = new ClickHouseParameters();
        string where = ClickHouseConditions.Of(filter, _sources, parameters);
        if (descending && last <= MostPreselected && HighestCost.Of(_server, filter, _sources, areSums: false, parameters, highestRatesOf) is { } highest)
        {
            // A page of any requests shows the least cost of those in the requested page. The bound of the others is less.
            decimal[] costs = [.. Read(where, parameters, highest, descending: true, (0, last)).Select(costOf)];
            if ((ulong)costs.Length == last && costs.Min() is > 0 and var least)
                where += $" AND {highest} >= {parameters.Add("Float64", HighestCost.Least(least))}";
        }
        var kept = new PriorityQueue<TokenRequest, (decimal Cost, long Place)>();
        long place = 0;
        foreach (TokenRequest request in Read(where, parameters, "", descending: false, (0, ulong.MaxValue)))
        {
            // The first request in the queue is removed first.
            kept.Enqueue(request, descending ? (costOf(request), place++) : (-costOf(request), -place++));
            if ((ulong)kept.Count > last)
                kept.Dequeue();
        }
        var sorted = new List<TokenRequest>(kept.Count);
        while (kept.TryDequeue(out TokenRequest? request, out _))
            sorted.Add(request);
        sorted.Reverse();
        return sorted.Skip((int)Math.Min(page.Skip, int.MaxValue));
    }

    /// <inheritdoc/>
    // Ids increase only within a source, and rows arrive in batches of Sync-TokenStore, minutes after their requests.
    long ITelemetryStore.ReadRequestsAfter(long? id, RequestFilter filter, Action<TokenRequest> onRequest, UnreadableReport unreadable) =>
        throw new TokenDashboardException(
            ErrorCode.StoreEngineUnknown, $"'{Name}' cannot be watched. Use the path of the SQLite database that an application writes.", target: Name);

    /// <inheritdoc/>
    DateTimeOffset? ITelemetryStore.ReadFirstTime()
    {
        var parameters = new ClickHouseParameters();
        string where = ClickHouseConditions.Of(new RequestFilter(), _sources, parameters);
        return _server.Query(
            $"SELECT minOrNull({Measures.FirstTicks.Name}) FROM {UsageTables.All()} WHERE {where} AND {ClickHouseConditions.HasTime}",
            parameters, row => row.IsDBNull(0) ? (DateTimeOffset?)null : new DateTimeOffset(RequestTable.TicksOf(row.GetInt64(0)), TimeSpan.Zero)).Single();
    }

    /// <inheritdoc/>
    long ITelemetryStore.CountRequests(RequestFilter filter)
    {
        var parameters = new ClickHouseParameters();
        string where = ClickHouseConditions.Of(filter, _sources, parameters);
        return _server.Query(
            $"SELECT toInt64(count()) FROM {RequestTable.Rows} PREWHERE {where} AND {ClickHouseConditions.HasTime} {RequestTable.ReadSettings}", parameters, row => row.GetInt64(0)).Single();
    }

    /// <inheritdoc/>
    IReadOnlyDictionary<string, long> ITelemetryStore.ReadNewestNames(RequestText name, TimeSpan time)
    {
        string column = name switch
        {
            RequestText.User => "user",
            RequestText.Model => "model",
            RequestText.Provider => "provider",
            RequestText.RequestType => "request_type",
            RequestText.Transaction => "transaction_id",
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };
        // The newest day with requests is sufficient, and counts need not be exact. The network is slower than a file.
        using var patience = new CancellationTokenSource(time * 10);
        try
        {
            return _server.Query(
                $"SELECT {column}, toInt64(count()) FROM {RequestTable.Name} WHERE time > (SELECT max(time) FROM {RequestTable.Name}) - INTERVAL 1 DAY "
                    + $"GROUP BY {column} ORDER BY count() DESC LIMIT {MostNames}",
                new ClickHouseParameters(), row => (row.GetString(0), row.GetInt64(1)), cancellation: patience.Token).ToDictionary(row => row.Item1, row => row.Item2);
        }
        catch (TokenDashboardException exception) when (exception.Code == ErrorCode.StoreTimeout)
        {
            return new Dictionary<string, long>();
        }
    }

    /// <inheritdoc/>
    StoreFacts ITelemetryStore.ReadFacts() => new(_tables.Bytes, null, null, $"ClickHouse {_tables.Version}");

    /// <inheritdoc/>
    IReadOnlyList<string> ITelemetryStore.ReadSources() => _sources ?? ReadSources();

    /// <inheritdoc/>
    public void Dispose() => _server.Dispose();

    private void ReadUnreadable(RequestFilter filter, UnreadableReport unreadable)
    {
        Measure[] measures = [Measures.Requests, Measures.UnreadableRequests, Measures.UnreadableTokens, Measures.UnreadableDurations, Measures.UnreadableVerdicts];
        var parameters = new ClickHouseParameters();
        string sql = $"""
            SELECT toInt64({ClickHouseConditions.HasTime}) AS has_time, {string.Join(", ", measures.Select(measure => $"toInt64({ClickHouseMeasures.Aggregate(measure)})"))}
            FROM {RequestTable.Rows}
            PREWHERE {ClickHouseConditions.Of(filter, _sources, parameters)} AND {ClickHouseMeasures.IsUnreadable}
            GROUP BY has_time
            {RequestTable.ReadSettings}
            """;
        foreach (ClickHouseDataReader row in _server.Query(sql, parameters, row => row))
        {
            var values = new MeasureValues();
            for (int i = 0; i < measures.Length; i++)
                values[measures[i]] = row.GetInt64(i + 1);
            if (row.GetInt64(0) != 0)
                unreadable.Add(values);
            else
                unreadable.AddWithoutTime(values);
        }
    }

    private static TokenRequest RequestOf(ClickHouseDataReader row)
    {
        const int FirstPart = 18;
        long? Part(Measure part) => FirstPart + Array.IndexOf(Measures.Parts, part) is var column && row.IsDBNull(column) ? null : row.GetInt64(column);
        double? Real(int column) => row.IsDBNull(column) ? null : row.GetDouble(column);
        return new TokenRequest
        {
            Source = row.GetString(0),
            Id = row.GetInt64(1),
            Timestamp = new DateTimeOffset(RequestTable.TicksOf(row.GetInt64(2)), TimeSpan.Zero),
            Transaction = row.GetString(3),
            User = row.GetString(4),
            Model = row.GetString(5),
            Provider = row.GetString(6),
            RequestType = row.GetString(7),
            PromptTokens = row.GetInt64(8),
            CompletionTokens = row.GetInt64(9),
            TotalTokens = row.GetInt64(10),
            CachedTokens = Part(Measures.CachedTokens),
            CacheWriteTokens = Part(Measures.CacheWriteTokens),
            HourCacheWriteTokens = Part(Measures.HourCacheWriteTokens),
            ReasoningTokens = Part(Measures.ReasoningTokens),
            RecordedCost = (decimal?)Real(11),
            DurationMs = Real(12),
            PolicyPassed = !row.GetBoolean(13),
            InterruptedStream = row.GetBoolean(14),
            TraceId = row.GetString(15),
            SpanId = row.GetString(16),
            ParentSpanId = row.GetString(17),
        };
    }
}
