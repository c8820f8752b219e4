namespace TokenDashboard.Import.Records;

/// <summary>The results of writing rows. The rows of a transaction are included only after it is committed.</summary>
internal record struct ImportOutcome(
    long Imported, long Updated, long Duplicates, long BeforeRemoval, long Aggregates, long AggregateTokens, long Withdrawn, long WithdrawnTokens, long Tokens)
{
    public static ImportOutcome operator +(ImportOutcome one, ImportOutcome other) => new(
        one.Imported + other.Imported, one.Updated + other.Updated, one.Duplicates + other.Duplicates, one.BeforeRemoval + other.BeforeRemoval, one.Aggregates + other.Aggregates,
        one.AggregateTokens + other.AggregateTokens, one.Withdrawn + other.Withdrawn, one.WithdrawnTokens + other.WithdrawnTokens, one.Tokens + other.Tokens);
}
