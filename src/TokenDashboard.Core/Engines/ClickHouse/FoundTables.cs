namespace TokenDashboard.Engines.ClickHouse;

/// <summary>The tables and views of this product that a database has.</summary>
/// <param name="Names">Their names.</param>
/// <param name="Bytes">The size of the table of requests.</param>
/// <param name="Version">The server's version.</param>
internal sealed record FoundTables(IReadOnlyList<string> Names, long Bytes, string Version)
{
    // All in the order in which a sync makes them. It sends the first request when all are there.
    private static readonly string[] Made =
        [RequestTable.Name, PriceView.Table, PriceView.Name, .. UsageTables.Tables.Select(table => table.Name), UsageTables.Marks, UsageTables.Name, UsageTables.Priced];

    // A view that only reads can be made again at any time.
    private static readonly string[] Views = [PriceView.Name, UsageTables.Name, UsageTables.Priced];

    // In a cluster, these have tables of one shard too.
    private static readonly string[] Sharded = [RequestTable.Name, .. UsageTables.Tables.Select(table => table.Name)];

    // Those of one shard too, in the order in which they are to be dropped: until all are, a sync that runs meanwhile makes none of them.
    private static readonly string[] All = [.. Made.SelectMany(name => (string[])[name + RequestTable.Local, name])];

    /// <summary>Reads what is there, to make what is missing.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.StoreSchemaMismatch"/>: one of them has another form, or is left of others that were dropped.
    /// </exception>
    public static FoundTables ToComplete(ClickHouseServer server)
    {
        FoundTables found = Read(server);
        // Another sync may have made the rest, and sent requests, since they were read.
        if (found.Missing() is (_, null) && found.HasRequests(server))
            found = Read(server) is var now && now.Missing() is ({ } dropped, _) ? throw Left(dropped, "requests") : now;
        return found.Missing() is ({ } missing, { } later) ? throw Left(missing, later) : found;

        TokenDashboardException Left(string name, string what) =>
            Mismatch(server.Address, $"'{server.Address}' has {what}, and no longer {name}, so answers would be wrong. {Advice(found.Names)}");
    }

    /// <summary>Reads what is there, which must have the table of requests.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.StoreSchemaMismatch"/>: one of them has another form. <see cref="ErrorCode.StoreTableMissing"/>: there is no table.
    /// </exception>
    public static FoundTables Of(ClickHouseServer server) => Read(server) is var found && found.Names.Contains(RequestTable.Name)
        ? found
        : throw new TokenDashboardException(
            ErrorCode.StoreTableMissing, $"'{server.Address}' has no table {RequestTable.Name}, or the user may not see it. Sync-TokenStore makes it.", target: server.Address.ToString());

    private static FoundTables Read(ClickHouseServer server)
    {
        var parameters = new ClickHouseParameters();
        // One row tells the version, and has no name.
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

    // The first one that is missing of those which are not made again beside requests, and one that was made after it. A sync that was ended
    // while it made them has left none of these.
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
        int format = comment.StartsWith(RequestTable.Comment, StringComparison.Ordinal) && int.TryParse(comment.AsSpan(RequestTable.Comment.Length), CultureInfo.InvariantCulture, out int number) ? number : 0;
        if (format == RequestTable.Format)
            return;
        string what = format == 0 ? "was not made by this version of TokenDashboard" : $"has format {format}, and this version of TokenDashboard needs {RequestTable.Format}";
        string fix = format > RequestTable.Format ? "Update the module." : format > 0 ? Advice(there) : "Rename or drop it, and let Sync-TokenStore make its own.";
        throw Mismatch(address, $"{name} in '{address}' {what}. {fix}");
    }

    // Sums of requests that are no longer there would still count.
    private static string Advice(IReadOnlyList<string> there)
    {
        string onCluster = there.Any(name => name.EndsWith(RequestTable.Local, StringComparison.Ordinal)) ? " ON CLUSTER ..." : "";
        return $"Drop what Sync-TokenStore has made, and let it make all again and send all requests: DROP TABLE {string.Join(", ", there)}{onCluster} SYNC";
    }

    private static TokenDashboardException Mismatch(ClickHouseAddress address, string message) => new(ErrorCode.StoreSchemaMismatch, message, target: address.ToString());
}
