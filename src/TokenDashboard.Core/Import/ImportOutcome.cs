namespace TokenDashboard.Import;

/// <summary>What became of the rows of one transaction; it counts only once that is committed.</summary>
internal struct ImportOutcome
{
    public long Imported;
    public long Updated;
    public long Duplicates;
    public long Tokens;

    public readonly void AddTo(ImportReport report)
    {
        report.Imported += Imported;
        report.Updated += Updated;
        report.Duplicates += Duplicates;
        report.ImportedTokens += Tokens;
    }
}
