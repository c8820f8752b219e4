namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>
/// Must be called in the same transaction when this module changes or removes a row of <c>telemetry</c> or its details, so that the
/// rollups of the row's time are not used until they are rebuilt.
/// </summary>
internal static class RollupChanges
{
    private const string Changed = $"""
        FROM (
          SELECT rowid AS id, CASE WHEN {TelemetrySql.TimestampReadable} THEN unixepoch(substr(timestamp, 1, 19)) END AS second
          FROM {TelemetrySql.Table} WHERE rowid = ?1)
        """;

    // The row may have moved to another time, and must also be found there.
    private static readonly string AddRow = string.Create(CultureInfo.InvariantCulture, $"""
        INSERT INTO {RollupSchema.Rows} SELECT COALESCE({RollupSchema.StartOf("second", RollupLevels.QuarterSeconds)}, {RollupSchema.NoTime}), id, id
        {Changed} WHERE TRUE ON CONFLICT DO NOTHING
        """);

    private static readonly string AddStale = $"""
        INSERT OR IGNORE INTO {RollupSchema.Stale}
        SELECT {RollupLevel.Quarter:D}, {RollupSchema.StartOf("second", RollupLevels.QuarterSeconds)} {Changed} WHERE second IS NOT NULL
        UNION ALL
        SELECT {RollupLevel.Day:D}, {RollupSchema.StartOf("second", RollupLevels.DaySeconds)} {Changed} WHERE second IS NOT NULL
        """;

    // The row at the watermark proves that no other program removed rows. If this module changes it, its new values are the proof.
    private const string KeepProof = $"UPDATE {RollupSchema.State} SET watermark_time = timestamp FROM {TelemetrySql.Table} AS row WHERE row.rowid = watermark AND watermark = ?1";

    // So does the first row. If this module removes it, the next row is the proof.
    private const string KeepFirst = $"UPDATE {RollupSchema.State} SET first_row = (SELECT MIN(rowid) FROM {TelemetrySql.Table} WHERE rowid > ?1) WHERE first_row = ?1";

    /// <summary>Marks a row that will be changed or removed, or that was changed.</summary>
    public static void Announce(StoreWriteConnection connection, long row, bool isRemoved = false)
    {
        if (RollupState.Read(connection.Connection) is not { IsForeign: false } state)
            return;
        connection.Run(RollupSchema.NextChange);
        if (row <= state.Watermark)
        {
            connection.Run(AddRow, row);
            connection.Run(AddStale, row);
            connection.Run(KeepProof, row);
        }
        if (isRemoved)
            connection.Run(KeepFirst, row);
    }
}
