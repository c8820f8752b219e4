namespace TokenDashboard.Commands;

/// <summary>Gets token usage per user: totals with rank and share, a time series, or the weekly pattern.</summary>
[Cmdlet(VerbsCommon.Get, "UserTokenUsage", DefaultParameterSetName = "Total", SupportsPaging = true, HelpUri = TokenCmdlet.HelpFolder + "Get-UserTokenUsage.md")]
[Alias("gutu")]
[OutputType(typeof(UserTokenUsage), ParameterSetName = ["Total"])]
[OutputType(typeof(TokenUsage), ParameterSetName = ["Period", "Pattern"])]
public sealed class GetUserTokenUsageCommand : UsageCmdlet
{
    /// <summary>Compares each user with the previous period of equal length. Requires a time range with a start and an end.</summary>
    [Parameter(ParameterSetName = "Total")] public SwitchParameter ComparePrevious { get; set; }

    /// <summary>Gets a time series per user. With only Cumulative or Fill, the time unit is Day.</summary>
    [Parameter(ParameterSetName = "Period"), ChoiceTransformation]
    public TimeUnit Per { get; set; } = TimeUnit.Day;

    /// <summary>Adds each user's cumulative total.</summary>
    [Parameter(ParameterSetName = "Period")] public SwitchParameter Cumulative { get; set; }

    /// <summary>Adds a row for each time unit without requests in the time range.</summary>
    [Parameter(ParameterSetName = "Period")] public SwitchParameter Fill { get; set; }

    /// <summary>Gets usage by weekday and hour per user.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Pattern")] public SwitchParameter Pattern { get; set; }

    private protected override void Query()
    {
        var query = new UserUsageQuery(Stores, Filter, TimeZone, FirstDayOfWeek) { Now = Now, WithTotal = Total, Prices = Prices() };
        switch (ParameterSetName)
        {
            case "Period":
                Write(query.Periods(Per, Cumulative, Fill), $"Usage per user by {Per}", Cumulative ? "Cumulative" : "PerUser");
                break;
            case "Pattern":
                Write(query.Pattern(), "Usage per user by Weekday, HourOfDay", "Pattern");
                break;
            default:
                QueryResult<UserTokenUsage> users = query.Totals(ComparePrevious, OrderBy == UsageOrder.Cost);
                bool lacksPrevious = ComparePrevious && users.Rows is [{ PreviousTokens: null }, ..];
                Write(users, "Usage per user", !ComparePrevious ? "" : OrderBy == UsageOrder.Cost ? "CostComparison" : "Comparison");
                if (lacksPrevious)
                    WriteWarning("No comparison is available, because the first request of the store is later than the start of the previous period. Use a shorter or later time range.");
                break;
        }
    }
}
