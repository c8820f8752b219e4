using Microsoft.Data.Sqlite;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>
/// Must be called in the same transaction when this module changes or removes a row of <c>telemetry</c> or its details, so that the
/// rollups of its time are rebuilt and not used until then.
/// </summary>
internal static class RollupChanges
{
    /// <summary>Marks a row that is to be changed or removed, or that was changed.</summary>
    /// <param name="connection">A connection in a transaction that holds the write lock.</param>
    /// <param name="row">The row's id.</param>
    public static void Announce(SqliteConnection connection, long row)
    {
        if (RollupState.Read(connection) is not { IsForeign: false } state)
            return;
        using SqliteCommand command = connection.CreateCommand();
        void Run(string sql)
        {
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
        Run(RollupSchema.NextChange);
        if (row > state.Watermark)
            return;
        command.CommandText = $"SELECT {RequestRow.Columns(RequestText.None, hasDetails: false)} FROM {TelemetrySql.Table} WHERE rowid = {row}";
        long start;
        using (SqliteDataReader reader = command.ExecuteReader())
        {
            if (!reader.HasRows)
                return;
            var request = new RequestRow();
            request.Load(new NativeStatement(reader.Handle!));
            start = RollupBatch.QuarterOf(request);
        }
        // A row may have moved to another time, and must also be found there.
        Run($"INSERT INTO {RollupSchema.Rows} VALUES ({start}, {row}, {row}) ON CONFLICT DO NOTHING");
        if (start == RollupSchema.NoTime)
            return;
        Run($"INSERT OR IGNORE INTO {RollupSchema.Stale} VALUES ({RollupLevel.Quarter:D}, {start}), ({RollupLevel.Day:D}, {RollupLevels.StartOf(start, RollupLevels.DaySeconds)})");
        if (row == state.Watermark)
        {
            // The row at the watermark proves that no other program removed rows. If it is changed, its new form proves it.
            Run($"UPDATE {RollupSchema.State} SET watermark_time = (SELECT timestamp FROM {TelemetrySql.Table} WHERE rowid = watermark)");
        }
    }
}
