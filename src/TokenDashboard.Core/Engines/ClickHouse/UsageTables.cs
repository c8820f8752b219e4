namespace TokenDashboard.Engines.ClickHouse;

/// <summary>
/// Sums of requests, which Sync-TokenStore computes for each source and day, and a view that combines them with the requests that they do not
/// cover. A day has sums by user, sums without users, and sums by hour and by quarter-hour without users. They include the bins of durations, each with its count.
/// </summary>
/// <remarks>
/// Before a sync changes the requests of a day with sums, it stores a <em>mark</em> of the day. Afterwards, it computes sums of a new generation, and stores that
/// generation for each mark that it found. A sync leaves a day with a recent mark of another sync to that sync. If a mark has no generation, the requests are read, so
/// results stay exact when a sync ends at any point or runs at the same time as another one.
/// </remarks>
internal static class UsageTables
{
    /// <summary>The view: the columns of <see cref="Columns"/>.</summary>
    public const string Name = "token_usage";

    /// <summary>The same view with the columns of <see cref="Measures.Priced"/>.</summary>
    public const string Priced = "token_usage_priced";

    /// <summary>The table of sums.</summary>
    public const string Sums = "token_usage_sum";

    /// <summary>The table of days: the generation of the sums for each mark; 0 without sums.</summary>
    public const string Days = "token_usage_day";

    /// <summary>The view that stores the first mark of a day, whichever program writes its requests.</summary>
    public const string Marks = "token_usage_mark";

    /// <summary>The levels of sums: days with users, days without users, hours, and quarter-hours.</summary>
    public const int UserDays = 0, WholeDays = 1, Hours = 2, Quarters = 3;

    public const int Day = 86_400;

    public const int Hour = 3600;

    public const int Quarter = 900;

    /// <summary>The view of all requests, including requests without a readable time.</summary>
    public static string All(bool users = false) => Between(RequestTable.NoTime, RequestTable.LastTime + 1, step: 0, users);

    /// <summary>The view of a time range.</summary>
    public static string In(TimeRange range, long step, bool users) => Between(
        range.Since is { } since ? RequestTable.MicrosOf(since) : RequestTable.NoTime + 1, range.Until is { } until ? RequestTable.MicrosOf(until) : RequestTable.LastTime + 1, step, users);

    /// <summary>The dimensions of sums.</summary>
    public static readonly string[] Names = ["user", "model", "provider", "request_type"];

    /// <summary>Each level of sums: its length in seconds, and whether it distinguishes users.</summary>
    public static readonly (int Level, int Seconds, bool HasUsers)[] Levels = [(UserDays, Day, true), (WholeDays, Day, false), (Hours, Hour, false), (Quarters, Quarter, false)];

    /// <summary>The tables, each with its columns, engine and order. The table of days is created last, because it refers to the others.</summary>
    // Reading the bins takes a large part of a query with percentiles. They take half as long to read with LZ4 as with ZSTD, and half as much space again.
    public static IReadOnlyList<(string Name, string Columns, string Engine, string Arguments, string Order)> Tables { get; } =
    [
        (Sums, $"""
            source LowCardinality(String), day Date32, generation UInt64, level UInt8, start Int64,
                {string.Join(", ", Names.Select(name => $"{name} LowCardinality(String)"))}, input_class UInt8, checksum UInt64,
                {string.Join(", ", ClickHouseMeasures.All.Select(measure => $"{measure.Name} {ClickHouseMeasures.TypeOf(measure)} CODEC({(measure.IsReal ? "ZSTD" : "T64, ZSTD")})"))},
                duration_bins Array(Int16) CODEC(LZ4), duration_counts Array(UInt32) CODEC(LZ4)
            """, "MergeTree", "", "PARTITION BY toYYYYMM(day)\nORDER BY (level, day, source, generation)"),
        (Days, "source LowCardinality(String), day Date32, mark UInt64, generation UInt64, requests Int64, checksum UInt64", "ReplacingMergeTree", "generation", "ORDER BY (source, day, mark)"),
    ];

    /// <summary>The columns that rows of the view and <see cref="OfRequests"/> have in common.</summary>
    public static string Columns { get; } = string.Join(
        ", ", ["source", "time", .. Names, "transaction_id", "input_class", .. ClickHouseMeasures.All.Select(measure => measure.Name), "duration_bins", "duration_counts"]);

    /// <summary>The values of <see cref="Columns"/> for a request. An unknown duration has a count of 0.</summary>
    public static string OfRequests { get; } = string.Join(", ", [
        "request.source AS source", "request.time AS time", .. Names.Select(name => $"request.{name} AS {name}"),
        "request.transaction_id AS transaction_id", $"toUInt8({ClickHouseMeasures.InputClass}) AS input_class",
        .. ClickHouseMeasures.All.Select(measure => $"{ClickHouseMeasures.Of(measure)} AS {measure.Name}"), "[request.duration_bin] AS duration_bins",
        string.Create(CultureInfo.InvariantCulture, $"[toUInt32(request.duration_bin > {RequestTable.NoBin})] AS duration_counts")]);

    /// <summary>The bins of the requests of a group, in order.</summary>
    public static string SortedBins { get; } = string.Create(CultureInfo.InvariantCulture, $"arraySort(groupArrayIf(duration_bin, duration_bin > {RequestTable.NoBin}))");

    /// <summary>The bins in a sorted list, and the count of each. Sorting the requests' bins takes a quarter of the time of a group for each bin.</summary>
    public static string Counted(string sorted) =>
        $"arrayCompact({sorted}) AS bins, CAST(if(empty({sorted}), [], arrayPopFront(arrayDifference(arrayConcat([1], {Changes(sorted)}, [length({sorted}) + 1])))), 'Array(UInt32)') AS counts";

    // The positions at which another bin begins, counted from 1.
    private static string Changes(string sorted) => $"arrayFilter((place, change) -> change != 0, arrayEnumerate({sorted}), arrayDifference({sorted}))";

    public static IReadOnlyList<(string Name, string Sql)> CreateViews(string onCluster, string local) =>
    [
        (Marks, $"""
        CREATE MATERIALIZED VIEW IF NOT EXISTS {Marks}{onCluster} TO {Days}{local} AS
        SELECT DISTINCT source, toDate32(time) AS day, toUInt64(0) AS mark, toUInt64(0) AS generation, toInt64(0) AS requests, toUInt64(0) AS checksum
        FROM {RequestTable.Name}{local}
        {RequestTable.CommentClause}
        """),
        (Name, $"CREATE VIEW IF NOT EXISTS {Name}{onCluster} AS\n{View("{users:UInt8}")}\n{RequestTable.CommentClause}"),
        (Priced, $"CREATE VIEW IF NOT EXISTS {Priced}{onCluster} AS\n"
            + PriceView.Of(
                $"(\n{View($"if({PriceView.NeedRequests}, 2, {{users:UInt8}})")}) AS request",
                Measures.Requests.Name, Measures.OtherTokens.Name, "smallest_prompt", "largest_prompt")
            + $"\n{RequestTable.CommentClause}"),
    ];

    // The sums of a source and day. Planning and looking up a list of numbers takes half the time of a list of tuples.
    private static string SumsKey(string generation) => $"cityHash64(source, day, {generation})";

    // The times are in microseconds since 1970.
    private static string Between(long since, long until, long step, bool users) =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}(since = {since / 1_000_000m}, until = {until / 1_000_000m}, step = {step}, users = {(users ? 1 : 0)})");

    private static string DayOf(string seconds) => $"toDate32(toDateTime64({seconds}, 0, 'UTC'))";

    /// <summary>
    /// Usage from <c>since</c> until <c>until</c>, in seconds since 1970. No row spans a multiple of <c>step</c> seconds; 0 means only UTC midnights.
    /// <c>users</c> is 0 if users need not be distinguished, 1 if they must be, and 2 if each row must be a request.
    /// </summary>
    // Planning a query of the view takes longer than running it, so the conditions are few. A set of days that is empty must not be compared with the
    // index of each granule.
    private static string View(string users)
    {
        string since = "fromUnixTimestamp64Micro(toInt64({since:Decimal(20, 6)} * 1000000), 'UTC')", until = "fromUnixTimestamp64Micro(toInt64({until:Decimal(20, 6)} * 1000000), 'UTC')";
        string common = $$"""
            WITH
                toInt64({since:Decimal(20, 6)} * 1000000) AS since_micros, toInt64({until:Decimal(20, 6)} * 1000000) AS until_micros, {{users}} AS detail,
                {step:Int64} % {{Quarter}} = 0 AND (detail = 0 OR (detail = 1 AND {step:Int64} = 0)) AS is_summed,
                multiIf(detail != 0, {{Day}}, {step:Int64} % {{Hour}} = 0, {{Hour}}, {{Quarter}}) AS size,
                if(is_summed, greatest(0, intDiv(since_micros + size * 1000000 - 1, size * 1000000) * size), 0) AS first,
                if(is_summed, greatest(0, intDiv(until_micros, size * 1000000) * size), 0) AS last,
                {{DayOf($"intDiv(first + {Day - 1}, {Day}) * {Day}")}} AS first_day, if({step:Int64} = 0, {{DayOf($"intDiv(last, {Day}) * {Day}")}}, first_day) AS last_day,
                (SELECT (groupArrayIf({{SumsKey("current")}}, current > 0), groupArrayIf((source, day), current = 0)) FROM (
                    SELECT source, day, if(min(generation) = 0, 0, max(generation)) AS current FROM {{Days}} FINAL
                    WHERE day >= toDate32({{since}}) AND day <= toDate32({{until}})
                    GROUP BY source, day)) AS days
            """;
        string lowest = string.Join(", ", InputSize.Ranges.Select(range => range.Smallest.ToString(CultureInfo.InvariantCulture)));
        string highest = string.Join(", ", InputSize.Ranges.Select(range => range.Largest.ToString(CultureInfo.InvariantCulture)));
        return $$"""
            {{common}}
            SELECT source, fromUnixTimestamp64Micro(start * 1000000, 'UTC') AS time, {{string.Join(", ", Names)}}, '' AS transaction_id, input_class,
                {{string.Join(", ", ClickHouseMeasures.All.Select(measure => measure.KnownBy is { } known ? $"if(sums.{known.Name} > 0, sums.{measure.Name}, NULL) AS {measure.Name}" : measure.Name))}}, duration_bins, duration_counts,
                toInt64([{{lowest}}][input_class + 1]) AS smallest_prompt, toInt64([{{highest}}][input_class + 1]) AS largest_prompt
            FROM {{Sums}} AS sums
            WHERE start >= first AND start < last AND {{SumsKey("generation")}} IN (days.1) AND day >= toDate32({{since}}) AND day <= toDate32({{until}})
                AND ((level = if(detail = 0, {{WholeDays}}, {{UserDays}}) AND day >= first_day AND day < last_day)
                    OR (level = if(size = {{Hour}}, {{Hours}}, {{Quarters}}) AND (day < first_day OR day >= last_day)))
            UNION ALL
            {{common}}
            SELECT {{OfRequests}}, request.prompt_tokens AS smallest_prompt, request.prompt_tokens AS largest_prompt
            FROM {{RequestTable.Rows}}
            WHERE request.time >= {{since}} AND request.time < {{until}}
                AND (request.time < toDateTime64(first, 6, 'UTC') OR request.time >= toDateTime64(last, 6, 'UTC')
                    OR (notEmpty(days.2) AND (request.source, toDate32(request.time)) IN (days.2)))
            {{RequestTable.ReadSettings}}
            """;
    }
}
