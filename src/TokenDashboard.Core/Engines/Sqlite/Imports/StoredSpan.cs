using TokenDashboard.Import.Records;

namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>What a store has noted of a span that files cut off from others.</summary>
/// <param name="Parent">A span above it, by the hash of its ids, where that is known.</param>
/// <param name="Key">The request it is, where it was imported as one.</param>
/// <param name="TokensBelow">How many tokens the spans nearest below it carry; 0 for none.</param>
internal readonly record struct StoredSpan(UInt128? Parent, ImportKey? Key, long TokensBelow);
