using System.Management.Automation;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Commands;

/// <summary>Tells per user what was used: totals with rank and share, a series of time, or the pattern of the week.</summary>
[Cmdlet(VerbsCommon.Get, "UserTokenUsage", DefaultParameterSetName = "Total", SupportsPaging = true, HelpUri = HelpPage.Folder + "Get-UserTokenUsage.md")]
[OutputType(typeof(UserTokenUsage), ParameterSetName = ["Total"])]
[OutputType(typeof(UserTokenUsagePeriod), ParameterSetName = ["Period"])]
[OutputType(typeof(UserTokenUsagePattern), ParameterSetName = ["Pattern"])]
public sealed class GetUserTokenUsageCommand : QueryCmdlet
{
    /// <summary>Compares each user with the period of equal length before; needs a range with both ends.</summary>
    [Parameter(ParameterSetName = "Total")]
    public SwitchParameter ComparePrevious { get; set; }

    /// <summary>Gives a series of time per user. With Cumulative or Fill alone, per day.</summary>
    [Parameter(ParameterSetName = "Period")]
    public TimeUnit Per { get; set; } = TimeUnit.Day;

    /// <summary>Adds each user's running total.</summary>
    [Parameter(ParameterSetName = "Period")]
    public SwitchParameter Cumulative { get; set; }

    /// <summary>Adds a row for each unit of time without requests, from the range's beginning to its end.</summary>
    [Parameter(ParameterSetName = "Period")]
    public SwitchParameter Fill { get; set; }

    /// <summary>Gives usage by weekday and hour per user.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Pattern")]
    public SwitchParameter Pattern { get; set; }

    /// <summary>The order. Without it, users with the most tokens first, and a user's rows by time.</summary>
    [Parameter]
    public UsageOrder OrderBy { get; set; }

    /// <summary>Reverses the order.</summary>
    [Parameter]
    public SwitchParameter Descending { get; set; }

    private protected override void Query(TokenStore store, RequestFilter filter)
    {
        var query = new UserUsageQuery(store, filter, TimeZone);
        switch (ParameterSetName)
        {
            case "Period":
                Write(query.Periods(Per, Cumulative, Fill), store, Cumulative ? "Cumulative" : null);
                break;
            case "Pattern":
                Write(query.Pattern(), store, null);
                break;
            default:
                Write(query.Totals(ComparePrevious), store, ComparePrevious ? "Comparison" : null);
                break;
        }
    }

    private void Write<T>(Answer<T> answer, TokenStore store, string? view)
        where T : UsageFigures
    {
        WritePage(UsageOrdering.Order(answer.Rows, OrderBy, Descending), _ => view is null ? null : $"{typeof(T).FullName}#{view}");
        WarnAbout(answer.Unreadable, store.Path);
    }
}
