using TokenDashboard.Import.Records;

namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>A key as a store has it.</summary>
/// <param name="Key">The key.</param>
/// <param name="RowId">The imported row, or null for a row of the application.</param>
/// <param name="Rank">How complete the row is, or nothing.</param>
internal sealed record StoredKey(ImportKey Key, long? RowId, byte[] Rank);
