using Microsoft.Data.Sqlite;

namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>The state of the rollups of a store.</summary>
/// <param name="Format">The version of the tables. If it is not <see cref="RollupSchema.Format"/>, the rest is not read.</param>
/// <param name="Watermark">The last row of <c>telemetry</c> in the rollups.</param>
/// <param name="Version">Increases with every change of the rollups.</param>
/// <param name="Changes">Increases with every row of <c>telemetry</c> that this module changed, and when rollups are invalid or deleted.</param>
/// <param name="Removals">Increases with every batch of old rows that this module removed.</param>
/// <param name="IsUsable">False if the rollups are being deleted, or if another program removed rows.</param>
internal sealed record RollupState(long Format, long Watermark, long Version, long Changes, long Removals, bool IsUsable)
{
    /// <summary>Whether the rollups are being deleted.</summary>
    public bool IsClearing => Format == RollupSchema.Clearing;

    /// <summary>Whether the tables have another version than this module.</summary>
    public bool IsForeign => Format is not (RollupSchema.Format or RollupSchema.Clearing);

    /// <summary>Reads the state, or null if a store has no rollups.</summary>
    public static RollupState? Read(TokenStore store) => store.Read(() => Read(sql => store.Query(sql, Numbers)));

    /// <summary>Reads the state within a transaction.</summary>
    public static RollupState? Read(SqliteConnection connection) => Read(sql => [.. connection.Query(sql, Numbers)]);

    /// <summary>The rows written since the rollups were refreshed.</summary>
    public RowRange After(TokenStore store)
    {
        RowRange rows = store.Rows();
        return Watermark == 0 ? rows : rows with { First = Watermark + 1 };
    }

    private static RollupState? Read(Func<string, List<long[]>> query)
    {
        if (query($"SELECT count(*) FROM sqlite_schema WHERE name = '{RollupSchema.State}'") is not [[> 0]] || query($"SELECT format FROM {RollupSchema.State}") is not [[long format]])
            return null;
        var state = new RollupState(format, 0, 0, 0, 0, IsUsable: false);
        // Tables of other versions may not have these columns.
        return state.IsForeign || query($"SELECT watermark, version, changes, removals, {RollupSchema.IsProven} FROM {RollupSchema.State}") is not [long[] row]
            ? state
            : new RollupState(format, row[0], row[1], row[2], row[3], format == RollupSchema.Format && row[4] != 0);
    }

    private static long[] Numbers(SqliteDataReader row) => [.. Enumerable.Range(0, row.FieldCount).Select(row.GetInt64)];
}
