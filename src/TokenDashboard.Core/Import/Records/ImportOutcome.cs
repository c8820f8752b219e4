namespace TokenDashboard.Import.Records;

/// <summary>What became of the rows of one transaction; it counts only once that is committed.</summary>
internal struct ImportOutcome
{
    public long Imported;
    public long Updated;
    public long Duplicates;
    public long Aggregates;
    public long AggregateTokens;
    public long Withdrawn;
    public long WithdrawnTokens;
    public long Tokens;

    public readonly void AddTo(ImportReport report)
    {
        report.Imported += Imported;
        report.Updated += Updated;
        report.Duplicates += Duplicates;
        report.Aggregates += Aggregates;
        report.AggregateTokens += AggregateTokens;
        report.Withdrawn += Withdrawn;
        report.WithdrawnTokens += WithdrawnTokens;
        report.ImportedTokens += Tokens;
    }
}
