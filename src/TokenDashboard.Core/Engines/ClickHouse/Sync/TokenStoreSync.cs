using System.Buffers;
using System.Net;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Rollups;

namespace TokenDashboard.Engines.ClickHouse.Sync;

/// <summary>
/// Sends the requests of a SQLite store to ClickHouse. The state is in the table itself, by windows of ids, so a run can end at any
/// point without affecting the next run. A row that is sent twice replaces itself.
/// </summary>
internal sealed class TokenStoreSync : IDisposable
{
    /// <summary>The maximum number of rows in a batch. A batch that fails can leave some of its rows in the table, so this number of rows is always compared.</summary>
    public const int MostBatchRows = 1_000_000;

    private const int MostOnTheWay = 2;

    // The number of newest requests that identify the store that was sent.
    private const int NewestRows = 1000;

    private readonly TokenStore _store;
    private readonly ClickHouseServer _server;
    private readonly TokenStoreSyncOptions _options;
    private readonly SentRows _sent;
    private readonly SentUsage _usage;
    private readonly TokenStoreSyncResult _result;
    private readonly long _since;
    private readonly long _removed;
    private readonly RequestBatch _batch;
    private readonly Queue<(long First, ArraySegment<byte> Bytes, Task<HttpStatusCode> Sent)> _sending = new();

    /// <summary>Opens both stores. Cancellation ends the work, but requests that were sent before stay.</summary>
    /// <exception cref="TokenDashboardException">One of the codes that begin with <c>Store</c>.</exception>
    public TokenStoreSync(string path, string target, TokenStoreSyncOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        var address = ClickHouseAddress.Parse(target);
        _options = options;
        _store = TokenStore.Open(path, cancellation);
        _server = new ClickHouseServer(address, options.Credential, cancellation);
        try
        {
            var found = FoundTables.ToComplete(_server);
            CreateStatements = RequestTable.CreateStatements(options.Cluster, found.Version, found.Names);
            string source = options.Source ?? DefaultSourceOf(path);
            _batch = new RequestBatch(source);
            _since = options.Since is { } since ? RequestTable.MicrosOf(since) : RequestTable.NoTime;
            (_removed, long removedUntil) = _store.Read(ReadRemoved);
            _sent = new SentRows(_server, source, _since, removedUntil);
            _usage = new SentUsage(_server, source);
            _result = new TokenStoreSyncResult(path, address.ToString(), source);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The statements that create the missing tables and views.</summary>
    public IReadOnlyList<string> CreateStatements { get; }

    /// <summary>The source under which requests are sent.</summary>
    public string Source => _result.Source;

    /// <summary>The target's address, without a password.</summary>
    public string Target => _result.Target;

    /// <summary>The default source of a file: the names of the computer and of the file, however the path is written.</summary>
    public static string DefaultSourceOf(string path) => $"{Environment.MachineName}/{Path.GetFileName(RegularFile.InStoredCase(Path.GetFullPath(path)))}";

    public void CreateTable()
    {
        foreach (string statement in CreateStatements)
            _server.Execute(statement);
    }

    /// <summary>Sends the requests that are missing in the target. Reports the number of rows of the store that were read so far.</summary>
    public TokenStoreSyncResult Run(Action<long>? progress = null)
    {
        var watch = Stopwatch.StartNew();
        RowRange rows = _store.Rows();
        _usage.Begin(_sent.ReadWatermark());
        _result.Watermark = _sent.Watermark;
        _result.IsOtherStore = IsOtherStore(rows);
        if (_result.IsOtherStore && !_options.Repair)
        {
            // The requests of this store would replace others, or be mixed with them.
            _result.Seconds = watch.Elapsed.TotalSeconds;
            return _result;
        }
        // Without a complete comparison, begins where a batch may have failed.
        long first = _options.SkipCheck && !_result.IsOtherStore && _sent.Watermark is { } watermark
            ? SentRows.FirstOf(SentRows.WindowOf(Math.Max(watermark, long.MinValue + MostBatchRows) - MostBatchRows)) : long.MinValue;
        _sent.ReadWindows(first);
        _result.AlreadyThere = _sent.Count;
        long kept = SendRows(rows with { First = Math.Max(rows.First, first) }, progress) + RemoveLeft();
        Send();
        Wait(0);
        _usage.Sum(_sent.Days, isWhole: first == long.MinValue);
        // The requests that were sent before they were removed are only known if all windows are read.
        _result.NotSendable = first == long.MinValue ? Math.Max(0, _removed - kept) : 0;
        if (_options.Prices is { } prices)
            _result.PricedModels = new SentPrices(_server, Source).Write(prices, _sent.Version);
        _result.Seconds = watch.Elapsed.TotalSeconds;
        return _result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _store.Dispose();
        _server?.Dispose();
    }

    // Ids of a store only increase. If they are lower than the watermark, and none of the newest requests is in the store, the file was replaced. Requests that another
    // run sends meanwhile are already in the store when they are looked up.
    private bool IsOtherStore(RowRange rows)
    {
        if (!(rows.Last < _sent.Watermark) || _sent.ReadNewest(NewestRows) is not { Count: > 0 } newest)
            return false;
        var compared = new RowRange(newest.Min(row => row.Id), newest.Max(row => row.Id));
        return !StoreReader.Read(_store, compared, RequestTable.NoTime).Any(read => read.Rows.Exists(row => newest.Contains((row.Id, row.Checksum))));
    }

    private long SendRows(RowRange rows, Action<long>? progress)
    {
        long count = 0, kept = 0;
        foreach (EncodedRows read in StoreReader.Read(_store, rows, _since))
        {
            kept += read.Window is { } window ? Settle(window, read) : 0;
            progress?.Invoke(count += read.Rows.Count);
        }
        return kept;
    }

    // Compares a window, and sends its requests that are missing in the target. Returns the number of rows that retention removed from the store only.
    private long Settle(long window, EncodedRows read)
    {
        if (_sent.Take(window) is not { } sent)
        {
            read.Rows.ForEach(row => Add(read, row, _sent.Version));
            return 0;
        }
        ulong checksum = 0;
        read.Rows.ForEach(row => checksum += row.Checksum);
        if (sent.Count == read.Rows.Count && sent.Checksum == checksum)
            return 0;
        Dictionary<long, SentRow> there = _sent.ReadRows(window);
        var changed = new List<EncodedRow>();
        var days = new List<int>();
        foreach (EncodedRow row in read.Rows)
        {
            if (!there.Remove(row.Id, out SentRow other))
                Add(read, row, _sent.Version);
            else if (other.Checksum != row.Checksum)
            {
                changed.Add(row);
                days.AddRange(other.Days);
            }
        }
        _result.Changed += changed.Count;
        // A changed row with an earlier time is not sent, so the target keeps its version.
        foreach (long id in read.Earlier)
        {
            if (there.Remove(id, out SentRow other) && other.IsCompared)
                _result.Changed++;
        }
        KeyValuePair<long, SentRow>[] left = [.. there.Where(row => row.Value.IsCompared)];
        KeyValuePair<long, SentRow>[] removed = [.. left.Where(row => !row.Value.MayBeRemoved)];
        _result.Removed += removed.Length;
        if (_options.Repair && changed.Count + removed.Length > 0)
        {
            // A changed row may belong to another month now, so its old version is removed first. The row is missing until it is sent immediately afterwards.
            Send();
            _usage.Mark(days.Concat(removed.SelectMany(row => row.Value.Days)));
            _sent.Remove(changed.Select(row => row.Id).Concat(removed.Select(row => row.Key)));
            _result.Repaired += changed.Count + removed.Length;
            changed.ForEach(row => Add(read, row, _sent.Version + 1));
            Send();
        }
        return left.Length - removed.Length;
    }

    // Windows without any row in the store.
    private long RemoveLeft()
    {
        long kept = 0;
        foreach (long window in _sent.Left.ToArray())
        {
            SentWindow sent = _sent.Take(window)!.Value;
            kept += sent.MayBeRemoved;
            _result.Removed += sent.Count - sent.MayBeRemoved;
            if (_options.Repair && sent.Count > sent.MayBeRemoved)
            {
                KeyValuePair<long, SentRow>[] removed = [.. _sent.ReadRows(window).Where(row => row.Value.IsCompared && !row.Value.MayBeRemoved)];
                _usage.Mark(removed.SelectMany(row => row.Value.Days));
                _sent.Remove(removed.Select(row => row.Key));
                _result.Repaired += removed.Length;
            }
        }
        return kept;
    }

    private void Add(EncodedRows read, EncodedRow row, ulong version)
    {
        // Pending batches can arrive in any order, or in part. All their requests are among the ids that are always compared.
        if (_batch.Count == _options.BatchRows || (_batch.Count > 0 && (ulong)(row.Id - _batch.First) >= MostBatchRows))
            Send();
        while (_sending.TryPeek(out var sending) && (ulong)(row.Id - sending.First) >= MostBatchRows)
            Wait(_sending.Count - 1);
        _batch.Add(read, row, version);
        _result.Watermark = Math.Max(_result.Watermark ?? row.Id, row.Id);
        if (version == _sent.Version)
            _result.Sent++;
    }

    // A batch is created while others are being sent. The server receives one while it stores another.
    private void Send()
    {
        Wait(MostOnTheWay - 1);
        if (_batch.Count == 0)
            return;
        _usage.Mark(_batch.Days);
        long first = _batch.First;
        (string[] columns, ArraySegment<byte> bytes) = _batch.TakeAll();
        _sending.Enqueue((first, bytes, Task.Run(() => _server.InsertAsync(RequestTable.Name, columns, new MemoryStream(bytes.Array!, 0, bytes.Count), "Native"))));
    }

    private void Wait(int left)
    {
        while (_sending.Count > left)
        {
            (_, ArraySegment<byte> bytes, Task<HttpStatusCode> sent) = _sending.Dequeue();
            _server.Guard(ErrorCode.StoreWriteFailed, () => sent);
            ArrayPool<byte>.Shared.Return(bytes.Array!);
        }
    }

    // The number of requests that Remove-TokenUsage removed, and the end of the last quarter-hour with removed requests.
    private (long Count, long Until) ReadRemoved() => RollupStore.ReadRemoved(_store, _options.Since?.ToUnixTimeSeconds() ?? RollupSchema.NoTime) is var (count, until)
        ? (count, until * 1_000_000)
        : (0, long.MinValue);
}
