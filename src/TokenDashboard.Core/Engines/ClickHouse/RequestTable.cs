namespace TokenDashboard.Engines.ClickHouse;

/// <summary>
/// The table of requests: one wide table whose rows are replaced by source and id, so a batch that is sent twice counts once. Ids increase
/// with time, so this key also finds the rows of a time range, with an index of the times in each granule. Other indexes find the requests of a
/// transaction, and the largest and slowest requests.
/// </summary>
internal static partial class RequestTable
{
    /// <summary>The table that queries read. In a cluster, it represents the tables of all shards.</summary>
    public const string Name = "token_request";

    /// <summary>The suffix of the names of tables of one shard in a cluster.</summary>
    public const string Local = "_local";

    /// <summary>
    /// The table with the last version of each row. A condition can be in PREWHERE, which does not read the other columns of rows that do not match: a
    /// changed row is removed in its old version before it is sent again, so no version of it is missed.
    /// </summary>
    public const string Rows = Name + " AS request FINAL";

    /// <summary>
    /// The settings of statements that read <see cref="Rows"/>, as text. Without the first one, each query merges all partitions with one another, which
    /// takes up to fifty times as long, although rows that replace one another are in the same partition. The second one is for the indexes of times and
    /// transactions. A changed row is removed in its old version before it is sent again, so no version of a row is missed.
    /// </summary>
    public const string ReadSettings = "SETTINGS do_not_merge_across_partitions_select_final = 1, use_skip_indexes_if_final_exact_mode = 0";

    /// <summary>The format of the tables and views. The comment of each contains it.</summary>
    public const int Format = 10;

    /// <summary>The beginning of the comment of each table and view of this module.</summary>
    public const string Comment = "TokenDashboard requests, format ";

    /// <summary>The end of the statement that creates a table or view.</summary>
    public static string CommentClause => $"COMMENT '{Comment}{Format}'";

    /// <summary>The columns with the data of the request, in the order in which rows are sent.</summary>
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

    /// <summary>The bin of an unknown duration. It is outside of all bins, so that counting the bins skips it.</summary>
    public const short NoBin = short.MinValue;

    /// <summary>The time of rows without a readable time, in microseconds since 1970: the earliest time of the column's type.</summary>
    public const long NoTime = -2_208_988_800_000_000;

    /// <summary>The latest time of the column's type.</summary>
    public const long LastTime = 10_413_791_999_999_999;

    /// <summary>The time of a row in microseconds since 1970.</summary>
    public const string Micros = "toUnixTimestamp64Micro(time)";

    /// <summary>Microseconds since 1970 of an instant, rounded up, so that the bound of a range is never before its instant.</summary>
    public static long MicrosOf(DateTimeOffset instant) =>
        Math.Clamp((long)decimal.Ceiling((decimal)(instant.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond), NoTime, LastTime);

    /// <summary>The ticks of microseconds since 1970.</summary>
    public static long TicksOf(long micros) => DateTime.UnixEpoch.Ticks + (micros * TimeSpan.TicksPerMicrosecond);

    // Most stores have many nullable columns without values. If such columns are stored sparsely, reading them costs nothing. ClickHouse has had
    // the setting since 25.12. The tests run with 26.7.
    private static readonly Version SparseSince = new(26, 7);

    /// <summary>The statements that create the missing tables and views, on one server if there is no cluster.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.StoreAddressInvalid"/>: the name of the cluster is invalid.</exception>
    public static IReadOnlyList<string> CreateStatements(string? cluster, string version = "", params IEnumerable<string> there)
    {
        if (cluster is not null && !ClusterName().IsMatch(cluster))
            throw new TokenDashboardException(ErrorCode.StoreAddressInvalid, "The name of a cluster can contain only letters, digits, and the characters _ - and .", target: cluster);
        string onCluster = cluster is null ? "" : $" ON CLUSTER '{cluster}'";
        string sparse = Version.TryParse(version, out Version? server) && server >= SparseSince ? "\nSETTINGS nullable_serialization_version = 'allow_sparse'" : "";
        (string Name, string Sql)[] all =
        [
            .. Create(cluster, Name, $"""
                {string.Join(",\n    ", Content.Concat(Bookkeeping).Select(column => $"{column.Name} {column.Type}"))},
                    INDEX time_range time TYPE minmax GRANULARITY 1,
                    INDEX largest total_tokens TYPE minmax GRANULARITY 1,
                    INDEX slowest duration_ms TYPE minmax GRANULARITY 1,
                    INDEX transactions transaction_id TYPE bloom_filter GRANULARITY 1
                """, "ReplacingMergeTree", "version, is_removed", $"PARTITION BY toYYYYMM(time)\nORDER BY (source, id){sparse}"),
            .. PriceView.CreateStatements(onCluster),
            .. UsageTables.Tables.SelectMany(table => Create(cluster, table.Name, table.Columns, table.Engine, table.Arguments, table.Order)),
            .. UsageTables.CreateViews(onCluster, cluster is null ? "" : Local),
        ];
        return [.. all.Where(statement => !there.Contains(statement.Name)).Select(statement => statement.Sql)];
    }

    // In a cluster, all rows of a source are on one shard.
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

    [GeneratedRegex(@"^[A-Za-z0-9_.-]+$")] private static partial Regex ClusterName();
}
