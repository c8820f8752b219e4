namespace TokenDashboard.Engines.ClickHouse;

/// <summary>The tables and views of this module that exist in a database.</summary>
internal sealed record FoundTables(IReadOnlyList<string> Names, long Bytes, string Version)
{
    // All tables and views in the order in which a sync creates them. It sends the first request when all exist.
    private static readonly string[] Made =
        [RequestTable.Name, PriceView.Table, PriceView.Name, .. UsageTables.Tables.Select(table => table.Name), UsageTables.Marks, UsageTables.Name, UsageTables.Priced];

    // A view that only reads can be created again at any time.
    private static readonly string[] Views = [PriceView.Name, UsageTables.Name, UsageTables.Priced];

    // In a cluster, these also have tables for each shard.
    private static readonly string[] Sharded = [RequestTable.Name, .. UsageTables.Tables.Select(table => table.Name)];

    // Includes the tables of a shard, in the order in which they must be dropped. Until all are dropped, a concurrent sync creates none of them.
    private static readonly string[] All = [.. Made.SelectMany(name => (string[])[name + RequestTable.Local, name])];

    /// <summary>Reads the existing tables and views, to create the missing ones.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.StoreSchemaMismatch"/>: one of them has another format, or others were dropped.
    /// </exception>
    public static FoundTables ToComplete(ClickHouseServer server)
    {
        FoundTables found = Read(server);
        // Another sync may have created the rest, and sent requests, since they were read.
        if (found.Missing() is (_, null) && found.HasRequests(server))
            found = Read(server) is var now && now.Missing() is ({ } dropped, _) ? throw Left(dropped, "requests") : now;
        return found.Missing() is ({ } missing, { } later) ? throw Left(missing, later) : found;

        TokenDashboardException Left(string name, string what) =>
            Mismatch(server.Address, $"'{server.Address}' contains {what}, but {name} is missing, so results would be wrong. {Advice(found.Names)}");
    }

    /// <summary>Reads the existing tables and views, which must include the table of requests.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.StoreSchemaMismatch"/>: one of them has another format. <see cref="ErrorCode.StoreTableMissing"/>: the table is missing.
    /// </exception>
    public static FoundTables Of(ClickHouseServer server) => Read(server) is var found && found.Names.Contains(RequestTable.Name)
        ? found
        : throw new TokenDashboardException(
            ErrorCode.StoreTableMissing, $"'{server.Address}' has no table {RequestTable.Name}, or the user cannot see it. Sync-TokenStore creates it.", target: server.Address.ToString());

    private static FoundTables Read(ClickHouseServer server)
    {
        var parameters = new ClickHouseParameters();
        // One row contains the version, and has no name.
        Dictionary<string, (string Text, long Bytes)> found = server.Query(
            $"""
            SELECT name, comment, toInt64(ifNull(total_bytes, 0)) FROM system.tables WHERE database = currentDatabase() AND name IN {parameters.Add("Array(String)", All)}
            UNION ALL SELECT '', version(), 0
            """,
            parameters, row => (row.GetString(0), (row.GetString(1), row.GetInt64(2)))).ToDictionary();
        string[] there = [.. All.Where(found.ContainsKey)];
        foreach (string name in there)
            CheckFormat(server.Address, name, found[name].Text, there);
        return new FoundTables(there, found.GetValueOrDefault(RequestTable.Name).Bytes, found[""].Text);
    }

    // The first missing table that must not be created again while requests exist, and a table that was created after it. A sync that was ended
    // while it created the tables leaves no such gap.
    private (string Name, string? Later)? Missing()
    {
        bool isCluster = Names.Any(name => name.EndsWith(RequestTable.Local, StringComparison.Ordinal));
        bool IsThere(string name) => Names.Contains(isCluster && Sharded.Contains(name) ? name + RequestTable.Local : name);
        int missing = Array.FindIndex(Made, name => !IsThere(name) && !Views.Contains(name)), last = Array.FindLastIndex(Made, IsThere);
        return missing < 0 ? null : (Made[missing], missing < last ? Made[last] : null);
    }

    private bool HasRequests(ClickHouseServer server) => Names.LastOrDefault(name => name.StartsWith(RequestTable.Name, StringComparison.Ordinal) && name != PriceView.Name) is { } table
        && server.Query($"SELECT 1 FROM {table} LIMIT 1", new ClickHouseParameters(), _ => true).Any();

    private static void CheckFormat(ClickHouseAddress address, string name, string comment, string[] there)
    {
        int format = comment.StartsWith(RequestTable.Comment, StringComparison.Ordinal) && int.TryParse(comment.AsSpan(RequestTable.Comment.Length), CultureInfo.InvariantCulture, out int number)
            ? number : 0;
        if (format == RequestTable.Format)
            return;
        string what = format == 0 ? "was not created by this version of TokenDashboard" : $"has format {format}, but this version of TokenDashboard requires format {RequestTable.Format}";
        string fix = format > RequestTable.Format ? "Update the module." : format > 0 ? Advice(there) : "Rename or drop it, and run Sync-TokenStore again.";
        throw Mismatch(address, $"{name} in '{address}' {what}. {fix}");
    }

    // Otherwise, sums of requests that no longer exist would still count.
    private static string Advice(IReadOnlyList<string> there)
    {
        string onCluster = there.Any(name => name.EndsWith(RequestTable.Local, StringComparison.Ordinal)) ? " ON CLUSTER ..." : "";
        return $"Drop the tables of Sync-TokenStore, and run it again to create them and send all requests: DROP TABLE {string.Join(", ", there)}{onCluster} SYNC";
    }

    private static TokenDashboardException Mismatch(ClickHouseAddress address, string message) => new(ErrorCode.StoreSchemaMismatch, message, target: address.ToString());
}
