using Microsoft.Data.Sqlite;

namespace TokenDashboard.Store.Rollups;

/// <summary>
/// What this module must say in the same transaction when it changes or removes a row of <c>telemetry</c>, so that the rollups of its
/// time are computed anew and nobody uses them until then.
/// </summary>
internal static class RollupChanges
{
    /// <summary>Announces that a row is about to be changed or removed, or was changed.</summary>
    /// <param name="connection">A connection in a transaction that holds the write lock.</param>
    /// <param name="row">The row's id.</param>
    public static void Announce(SqliteConnection connection, long row)
    {
        if (RollupState.Read(connection) is not { } state)
        {
            return;
        }
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = RollupSchema.NextChange;
        command.ExecuteNonQuery();
        if (row > state.Watermark)
        {
            return;
        }
        command.CommandText = $"SELECT {RequestRow.Columns(RequestText.None)} FROM telemetry WHERE rowid = {row}";
        long start;
        using (SqliteDataReader reader = command.ExecuteReader())
        {
            if (!reader.HasRows)
            {
                return;
            }
            var request = new RequestRow();
            request.Load(new NativeStatement(reader.Handle!));
            start = RollupBatch.QuarterOf(request);
        }
        // A row may have moved to another time: it must be found there too.
        command.CommandText = $"INSERT INTO {RollupSchema.Rows} VALUES ({start}, {row}, {row}) ON CONFLICT DO NOTHING";
        command.ExecuteNonQuery();
        if (start == RollupSchema.NoTime)
        {
            return;
        }
        foreach (RollupLevel level in StoreOptimizer.LongerLevels.Prepend(RollupLevel.Quarter))
        {
            command.CommandText = $"INSERT OR IGNORE INTO {RollupSchema.Stale} VALUES ({(int)level}, {RollupLevels.StartOf(start, level.Seconds())})";
            command.ExecuteNonQuery();
        }
        if (row == state.Watermark)
        {
            // The row at the watermark proves that nobody else removed rows; changed, it proves so in its new form.
            command.CommandText = $"UPDATE {RollupSchema.State} SET watermark_time = (SELECT timestamp FROM telemetry WHERE rowid = watermark)";
            command.ExecuteNonQuery();
        }
    }
}
