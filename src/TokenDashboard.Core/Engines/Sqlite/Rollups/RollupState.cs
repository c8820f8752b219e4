using Microsoft.Data.Sqlite;

namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>How far the rollups of a store go.</summary>
/// <param name="Format">The form of the tables; in another than <see cref="RollupSchema.Format"/> the rest is not read.</param>
/// <param name="Watermark">The last row of <c>telemetry</c> that is summed up.</param>
/// <param name="Version">Grows with every change of the rollups.</param>
/// <param name="Changes">Grows with every row of <c>telemetry</c> that this module changed, and when sums are found wrong or thrown away.</param>
/// <param name="Removals">Grows with every batch of old rows that this module removed.</param>
/// <param name="IsUsable">False where the sums are being thrown away, and where rows were removed without this module.</param>
internal sealed record RollupState(long Format, long Watermark, long Version, long Changes, long Removals, bool IsUsable)
{
    /// <summary>Whether the sums are being thrown away.</summary>
    public bool IsClearing => Format == RollupSchema.Clearing;

    /// <summary>Whether the tables have another form than this version of the module makes.</summary>
    public bool IsForeign => Format is not (RollupSchema.Format or RollupSchema.Clearing);

    /// <summary>Reads the state, or null if a store has no rollups.</summary>
    public static RollupState? Read(TokenStore store) => store.Read(() => Read(store.CreateCommand(""), store.ExecuteReader));

    /// <summary>As <see cref="Read(TokenStore)"/>, within a transaction.</summary>
    public static RollupState? Read(SqliteConnection connection) => Read(connection.CreateCommand(), command => command.ExecuteReader());

    /// <summary>The rows written since the rollups were refreshed.</summary>
    public RowRange After(TokenStore store)
    {
        RowRange rows = store.Rows();
        return Watermark == 0 ? rows : rows with { First = Watermark + 1 };
    }

    private static RollupState? Read(SqliteCommand command, Func<SqliteCommand, SqliteDataReader> execute)
    {
        long[]? Row(string sql)
        {
            command.CommandText = sql;
            using SqliteDataReader reader = execute(command);
            return reader.Read() ? [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetInt64)] : null;
        }
        using (command)
        {
            if (Row(RollupSchema.Exists) is not [> 0] || Row(RollupSchema.ReadFormat) is not [long format])
                return null;
            var state = new RollupState(format, 0, 0, 0, 0, IsUsable: false);
            return state.IsForeign || Row(RollupSchema.ReadState) is not { } row
                ? state
                : new RollupState(format, row[0], row[1], row[2], row[3], format == RollupSchema.Format && row[4] != 0);
        }
    }
}
