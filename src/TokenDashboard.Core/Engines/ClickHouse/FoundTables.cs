namespace TokenDashboard.Engines.ClickHouse;

/// <summary>The tables and views of this product that a database has.</summary>
/// <param name="Names">Their names.</param>
/// <param name="Bytes">The size of the table of requests.</param>
/// <param name="Version">The server's version.</param>
internal sealed record FoundTables(IReadOnlyList<string> Names, long Bytes, string Version)
{
    // The tables in the order in which they are made. Each holds what belongs to those before it.
    private static readonly string[] Tables = [RequestTable.Name, .. UsageTables.Tables.Select(table => table.Name)];

    // Those of one shard too, in the order in which they are to be dropped: until all are, a sync that runs meanwhile makes none of them.
    private static readonly string[] All =
        [.. ((string[])[.. Tables, PriceView.Table, PriceView.Name, UsageTables.Marks, UsageTables.Name, UsageTables.Priced]).SelectMany(name => (string[])[name + RequestTable.Local, name])];

    /// <summary>Reads what is there.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.StoreSchemaMismatch"/>: one of them has another form, or is left of others that were dropped.
    /// </exception>
    public static FoundTables Read(ClickHouseServer server)
    {
        var parameters = new ClickHouseParameters();
        Dictionary<string, (string Comment, long Bytes, string Version)> found = server.Query(
            $"SELECT name, comment, toInt64(ifNull(total_bytes, 0)), version() FROM system.tables WHERE database = currentDatabase() AND name IN {parameters.Add("Array(String)", All)}",
            parameters, row => (row.GetString(0), (row.GetString(1), row.GetInt64(2), row.GetString(3)))).ToDictionary();
        string[] there = [.. All.Where(found.ContainsKey)];
        foreach (string name in there)
            CheckFormat(server.Address, name, found[name].Comment, there);
        // A sync that is making them has made the first ones.
        int missing = Array.FindIndex(Tables, table => !IsThere(table)), last = Array.FindLastIndex(Tables, IsThere);
        if (missing >= 0 && missing < last)
            throw Mismatch(server.Address, $"'{server.Address}' has the table {Tables[last]}, and no longer {Tables[missing]}, to which it belongs. {Advice(there)}");
        (_, long bytes, string version) = found.GetValueOrDefault(RequestTable.Name);
        return new FoundTables(there, bytes, version);

        bool IsThere(string table) => found.ContainsKey(table) || found.ContainsKey(table + RequestTable.Local);
    }

    /// <summary>Reads what is there, which must have the table of requests.</summary>
    /// <exception cref="TokenDashboardException">
    /// That of <see cref="Read"/>, and <see cref="ErrorCode.StoreTableMissing"/>: there is no table.
    /// </exception>
    public static FoundTables Of(ClickHouseServer server) => Read(server) is var found && found.Names.Contains(RequestTable.Name)
        ? found
        : throw new TokenDashboardException(
            ErrorCode.StoreTableMissing, $"'{server.Address}' has no table {RequestTable.Name}, or the user may not see it. Sync-TokenStore makes it.", target: server.Address.ToString());

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
    private static string Advice(string[] there)
    {
        string onCluster = there.Any(name => name.EndsWith(RequestTable.Local, StringComparison.Ordinal)) ? " ON CLUSTER ..." : "";
        return $"Drop what Sync-TokenStore has made, and let it make all again and send all requests: DROP TABLE {string.Join(", ", there)}{onCluster} SYNC";
    }

    private static TokenDashboardException Mismatch(ClickHouseAddress address, string message) => new(ErrorCode.StoreSchemaMismatch, message, target: address.ToString());
}
