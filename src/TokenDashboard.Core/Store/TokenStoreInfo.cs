using System.Globalization;
using TokenDashboard.Store.Rollups;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Store;

/// <summary>What is in a store.</summary>
public sealed class TokenStoreInfo
{
    private TokenStoreInfo(string path) => Database = path;

    /// <summary>Full path of the database file. Piped into the other commands it says which store they read.</summary>
    public string Database { get; }

    /// <summary>Size of the file in bytes, without a write-ahead log.</summary>
    public long SizeBytes { get; private init; }

    /// <summary>Rows of the table telemetry, readable or not.</summary>
    public long Rows { get; private init; }

    /// <summary>Time of the first request, or null in an empty store.</summary>
    public DateTimeOffset? FirstRequest { get; private set; }

    /// <summary>Time of the last request, or null in an empty store.</summary>
    public DateTimeOffset? LastRequest { get; private set; }

    /// <summary>Number of different known users.</summary>
    public int Users { get; private set; }

    /// <summary>Requests of which the user is not known.</summary>
    public long RequestsWithoutUser { get; private set; }

    /// <summary>Requests without a usable duration: latency figures leave them out. Imported ones often have none.</summary>
    public long RequestsWithoutDuration { get; private set; }

    /// <summary>The models, by name.</summary>
    public NameList Models { get; private set; } = new([]);

    /// <summary>The providers, by name.</summary>
    public NameList Providers { get; private set; } = new([]);

    /// <summary>All tokens, counted as everywhere in this product: the stored total, or prompt + completion where that is 0.</summary>
    public long TotalTokens { get; private set; }

    /// <summary>Streams that broke off: only their prompt is counted.</summary>
    public long BrokenStreams { get; private set; }

    /// <summary>Rows with values that cannot be read, by kind.</summary>
    public UnreadableReport Unreadable { get; private set; } = new();

    /// <summary>SQLite's journal mode: <c>delete</c> unless someone changed it, or <c>wal</c>.</summary>
    public required string JournalMode { get; init; }

    /// <summary>The state of the rollups: <c>none</c>, <c>unusable</c>, <c>current</c>, or how many requests they do not hold yet.</summary>
    public required string Rollups { get; init; }

    /// <summary>Version of the SQLite library this module reads with.</summary>
    public required string SqliteVersion { get; init; }

    /// <summary>Reads every row once.</summary>
    public static TokenStoreInfo Read(TokenStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        var info = new TokenStoreInfo(store.Path)
        {
            SizeBytes = new FileInfo(store.Path).Length,
            Rows = store.Scalar<long>($"SELECT count(*) FROM {TelemetrySql.Table}"),
            JournalMode = store.Scalar<string>("PRAGMA journal_mode"),
            Rollups = RollupsOf(store),
            SqliteVersion = store.Scalar<string>("SELECT sqlite_version()"),
        };
        var users = new HashSet<string>();
        var models = new HashSet<string>();
        var providers = new HashSet<string>();
        (long first, long last) = (long.MaxValue, long.MinValue);
        using var scanner = new RequestScanner(store, new RequestFilter(), RequestText.User | RequestText.Model | RequestText.Provider);
        scanner.ReadAll(row =>
        {
            first = Math.Min(first, row.UtcTicks);
            last = Math.Max(last, row.UtcTicks);
            users.Add(row.User);
            models.Add(row.Model);
            providers.Add(row.Provider);
            info.RequestsWithoutUser += row.User.Length == 0 ? 1 : 0;
            info.RequestsWithoutDuration += double.IsNaN(row.DurationMs) ? 1 : 0;
            info.TotalTokens += row.TotalTokens;
            info.BrokenStreams += row.BrokenStream ? 1 : 0;
        });
        if (last >= first)
        {
            info.FirstRequest = new DateTimeOffset(first, TimeSpan.Zero);
            info.LastRequest = new DateTimeOffset(last, TimeSpan.Zero);
        }
        info.Users = Known(users).Count;
        info.Models = Known(models);
        info.Providers = Known(providers);
        info.Unreadable = scanner.Unreadable;
        return info;
    }

    private static string RollupsOf(TokenStore store)
    {
        if (RollupState.Read(store) is not { } state)
        {
            return "none";
        }
        if (!state.IsUsable)
        {
            return "unusable";
        }
        RowRange after = state.After(store);
        return after.Last < after.First ? "current" : string.Create(CultureInfo.InvariantCulture, $"{after.Last - after.First + 1:N0} requests behind");
    }

    private static NameList Known(HashSet<string> names) => new(names.Where(name => name.Length > 0).Order(StringComparer.Ordinal));
}
