using Microsoft.Data.Sqlite;

namespace TokenDashboard.Store.Rollups;

/// <summary>How far the rollups of a store go.</summary>
/// <param name="Watermark">The last row of <c>telemetry</c> that is summed up.</param>
/// <param name="Version">Grows with every change of the rollups.</param>
/// <param name="Changes">Grows with every row of <c>telemetry</c> that this module changed, and when sums are found wrong or thrown away.</param>
/// <param name="Removals">Grows with every batch of old rows that this module removed.</param>
/// <param name="IsClearing">Whether the sums are being thrown away.</param>
/// <param name="IsUsable">False then, where the tables have another form, and where rows were removed without this module.</param>
internal sealed record RollupState(long Watermark, long Version, long Changes, long Removals, bool IsClearing, bool IsUsable)
{
    /// <summary>Reads the state, or null where a store has no rollups.</summary>
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
        using (command)
        {
            command.CommandText = RollupSchema.Exists;
            using (SqliteDataReader exists = execute(command))
            {
                if (!exists.Read() || exists.GetInt64(0) == 0)
                {
                    return null;
                }
            }
            command.CommandText = RollupSchema.ReadState;
            using SqliteDataReader reader = execute(command);
            if (!reader.Read())
            {
                return null;
            }
            (long format, long changes) = (reader.GetInt64(0), reader.GetInt64(3));
            return new RollupState(
                reader.GetInt64(1), reader.GetInt64(2), changes & ((1L << RollupSchema.ChangeBits) - 1), changes >> RollupSchema.ChangeBits,
                format == RollupSchema.Clearing, format == RollupSchema.Format && reader.GetBoolean(4));
        }
    }
}
