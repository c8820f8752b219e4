namespace TokenDashboard.Commands;

/// <summary>Gets token usage by time, model, provider, user, request type, transaction and source, in any combination.</summary>
[Cmdlet(VerbsCommon.Get, "TokenUsage", SupportsPaging = true, HelpUri = TokenCmdlet.HelpFolder + "Get-TokenUsage.md")]
[Alias("gtu")]
[OutputType(typeof(TokenUsage), typeof(string))]
public sealed class GetTokenUsageCommand : UsageCmdlet
{
    /// <summary>
    /// What to group by: at most one of Minute, Hour, Day, Week, Month, Quarter, Year and Session, and any of the others. Without it,
    /// the result is one row.
    /// </summary>
    [Parameter(Position = 0), ChoiceTransformation(IsList = true)]
    public UsageDimension[] GroupBy { get; set; } = [];

    /// <summary>Adds a row for each time unit without requests in the time range.</summary>
    [Parameter] public SwitchParameter Fill { get; set; }

    /// <summary>Returns each row as one line of text, for a prompt or a status line, without warnings.</summary>
    [Parameter] public SwitchParameter OneLine { get; set; }

    private protected override string CostHint => "Group by Model and Provider";

    // A prompt waits for the line.
    private protected override TimeSpan? LockTime => OneLine ? TimeSpan.FromMilliseconds(500) : null;

    private protected override bool ShowsProgress => !OneLine;

    private protected override void Query()
    {
        // By default, the largest values are first.
        bool wantsLargest = (OrderBy == UsageOrder.Default) != Descending && MostRows < int.MaxValue / 2 && PagingParameters.Skip < int.MaxValue / 2 && !PagingParameters.IncludeTotalCount;
        QueryResult<TokenUsage> result = new UsageQuery(GroupBy, TimeZone, FirstDayOfWeek)
        {
            Now = Now, Fill = Fill, WithTotal = Total, Prices = Prices(), Largest = wantsLargest ? ((int)(PagingParameters.Skip + MostRows), OrderBy) : null,
        }.Run(Stores, Filter);
        if (OneLine)
        {
            string unreadable = (result.Unreadable.Rows > 0 ? string.Create(CultureInfo.InvariantCulture, $", {result.Unreadable.Rows:N0} with unreadable values") : "")
                + (result.Unreadable.LacksRemoved ? ", without removed requests" : "");
            WriteObject(Page(result, Ordered(result)).Where(row => !row.IsTotal).Select(row => Display.Line(row) + unreadable), enumerateCollection: true);
            return;
        }
        bool byTime = GroupBy.Any(dimension => dimension <= UsageDimension.Session), byName = GroupBy.Any(dimension => dimension > UsageDimension.Session);
        Write(
            result, GroupBy.Length == 0 ? "Usage" : $"Usage by {string.Join(", ", GroupBy)}",
            (byTime ? "Time" : "") + (byName ? "Names" : ""));
    }
}
