namespace TokenDashboard.Engines.ClickHouse;

/// <summary>
/// The table of requests. One wide table, whose rows are replaced by their source and id: a batch that is sent twice counts once. Ids grow
/// with time, so that this key also finds the rows of a time, with an index of the times in each granule. Another index finds the requests of one
/// transaction.
/// </summary>
internal static partial class RequestTable
{
    /// <summary>The table that queries read. In a cluster it stands for those of all shards.</summary>
    public const string Name = "token_request";

    /// <summary>What the name of a table ends in that is one shard's, in a cluster.</summary>
    public const string Local = "_local";

    /// <summary>
    /// The table with the last version of each row. A condition on it may stand in PREWHERE, which does not read the other columns of rows that do not
    /// meet it: a row that was changed is removed as it was before it is sent again, so no version of it is missed.
    /// </summary>
    public const string Rows = Name + " AS request FINAL";

    /// <summary>
    /// The settings of statements that read <see cref="Rows"/>, in their text. Without the first one each query merges all partitions with one another,
    /// for up to fifty times as long, although rows that replace one another are in one partition. The second one is for the indexes of times and
    /// transactions: a row that was changed is removed as it was before it is sent again, so no version of a row is missed.
    /// </summary>
    public const string ReadSettings = "SETTINGS do_not_merge_across_partitions_select_final = 1, use_skip_indexes_if_final_exact_mode = 0";

    /// <summary>The form of the tables and views, which the comment of each tells.</summary>
    public const int Format = 5;

    /// <summary>What the comment of each table and view of this product begins with.</summary>
    public const string Comment = "TokenDashboard requests, format ";

    /// <summary>What the statement of each ends in.</summary>
    public static string CommentClause => $"COMMENT '{Comment}{Format}'";

    /// <summary>The columns that tell of the request, in the order in which rows are sent.</summary>
    private static readonly (string Name, string Type)[] Content =
    [
        ("id", "Int64 CODEC(Delta, ZSTD)"), ("time", "DateTime64(6, 'UTC') CODEC(Delta, ZSTD)"),
        ("user", "LowCardinality(String)"), ("model", "LowCardinality(String)"), ("provider", "LowCardinality(String)"), ("request_type", "LowCardinality(String)"),
        ("transaction_id", "String CODEC(ZSTD)"), ("trace_id", "String CODEC(ZSTD)"), ("span_id", "String CODEC(ZSTD)"), ("parent_span_id", "String CODEC(ZSTD)"),
        ("prompt_tokens", "Int64 CODEC(T64, LZ4)"), ("completion_tokens", "Int64 CODEC(T64, LZ4)"), ("total_tokens", "Int64 CODEC(T64, LZ4)"),
        .. Measures.Parts.Select(part => (part.Name, "Nullable(Int64) CODEC(T64, LZ4)")),
        ("recorded_cost", "Nullable(Float64)"), ("duration_ms", "Nullable(Float64)"), ("duration_bin", "Int16"), ("policy_failed", "Bool"), ("interrupted_stream", "Bool"), ("unreadable", "UInt8"),
    ];

    private static readonly (string Name, string Type)[] Bookkeeping =
        [("checksum", "UInt64"), ("version", "UInt64 CODEC(Delta, ZSTD)"), ("is_removed", "UInt8"), ("source", "LowCardinality(String)")];

    /// <summary>All columns with their types, in the order in which rows are sent.</summary>
    public static IEnumerable<(string Name, string Type)> Columns => Content.Concat(Bookkeeping).Select(column => (column.Name, column.Type.Split(" CODEC")[0]));

    /// <summary>Stands for the bin of a duration that is not known. It lies outside of all bins, so that to count them skips it.</summary>
    public const short NoBin = short.MinValue;

    /// <summary>Stands for a time that cannot be read, in microseconds since 1970: the earliest time of the column's type.</summary>
    public const long NoTime = -2_208_988_800_000_000;

    /// <summary>The latest time of the column's type.</summary>
    public const long LastTime = 10_413_791_999_999_999;

    /// <summary>The time of a row in microseconds since 1970.</summary>
    public const string Micros = "toUnixTimestamp64Micro(time)";

    /// <summary>Microseconds since 1970 of an instant, rounded up: a bound of a range is never before its instant.</summary>
    public static long MicrosOf(DateTimeOffset instant) =>
        Math.Clamp((long)decimal.Ceiling((decimal)(instant.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond), NoTime, LastTime);

    /// <summary>Ticks of microseconds since 1970.</summary>
    public static long TicksOf(long micros) => DateTime.UnixEpoch.Ticks + (micros * TimeSpan.TicksPerMicrosecond);

    // Most stores leave most nullable columns empty, and a column that is stored sparsely costs nothing to read where it is empty. ClickHouse has had
    // the setting since 25.12; 26.7 is what the tests run with.
    private static readonly Version SparseSince = new(26, 7);

    /// <summary>The statements that make the tables and views that are missing.</summary>
    /// <param name="cluster">The cluster, or null for tables of one server.</param>
    /// <param name="version">The server's version; empty where it is not known.</param>
    /// <param name="there">The names of those that are there.</param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.StoreAddressInvalid"/>: no cluster has such a name.</exception>
    public static IReadOnlyList<string> CreateStatements(string? cluster, string version = "", params IEnumerable<string> there)
    {
        if (cluster is not null && !ClusterName().IsMatch(cluster))
            throw new TokenDashboardException(ErrorCode.StoreAddressInvalid, "The name of a cluster has only letters, digits, and the characters _ - and . in it.", target: cluster);
        string onCluster = cluster is null ? "" : $" ON CLUSTER '{cluster}'";
        string sparse = Version.TryParse(version, out Version? server) && server >= SparseSince ? "\nSETTINGS nullable_serialization_version = 'allow_sparse'" : "";
        (string Name, string Sql)[] all =
        [
            .. Create(cluster, Name, $"""
                {string.Join(",\n    ", Content.Concat(Bookkeeping).Select(column => $"{column.Name} {column.Type}"))},
                    INDEX time_range time TYPE minmax GRANULARITY 1,
                    INDEX transactions transaction_id TYPE bloom_filter GRANULARITY 1
                """, "ReplacingMergeTree", "version, is_removed", $"PARTITION BY toYYYYMM(time)\nORDER BY (source, id){sparse}"),
            .. PriceView.CreateStatements(onCluster),
            .. UsageTables.Tables.SelectMany(table => Create(cluster, table.Name, table.Columns, table.Engine, table.Arguments, table.Order)),
            .. UsageTables.CreateViews(onCluster, cluster is null ? "" : Local),
        ];
        return [.. all.Where(statement => !there.Contains(statement.Name)).Select(statement => statement.Sql)];
    }

    // In a cluster all rows of a source are on one shard.
    private static IEnumerable<(string Name, string Sql)> Create(string? cluster, string name, string columns, string engine, string arguments, string order)
    {
        string onCluster = cluster is null ? "" : $" ON CLUSTER '{cluster}'";
        string replicated = $"Replicated{engine}('/clickhouse/tables/{{shard}}/{{database}}/{{table}}', '{{replica}}'{(arguments.Length > 0 ? ", " : "")}{arguments})";
        yield return (name, $"""
            CREATE TABLE IF NOT EXISTS {name}{(cluster is null ? "" : Local + onCluster)}
            (
                {columns}
            )
            ENGINE = {(cluster is null ? $"{engine}({arguments})" : replicated)}
            {order}
            {CommentClause}
            """);
        if (cluster is not null)
        {
            yield return (name, $"""
                CREATE TABLE IF NOT EXISTS {name}{onCluster} AS {name}{Local}
                ENGINE = Distributed('{cluster}', currentDatabase(), {name}{Local}, cityHash64(source))
                {CommentClause}
                """);
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9_.-]+$")]
    private static partial Regex ClusterName();
}
