using TokenDashboard.Usage.Summaries;

namespace TokenDashboard.Commands;

/// <summary>Summarizes the usage of a time range in one object: totals, cost, rates, peaks, latency, change and forecast.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "TokenUsage", HelpUri = TokenCmdlet.HelpFolder + "Measure-TokenUsage.md")]
[OutputType(typeof(TokenUsageSummary))]
public sealed class MeasureTokenUsageCommand : RangeCmdlet
{
    private protected override void Query()
    {
        QueryResult<TokenUsageSummary> result = new UsageSummaryQuery(Stores, Filter, TimeZone, Now) { Prices = Prices() }.Run();
        WarnAboutCost(result.Rows);
        PSObject output = PSObject.AsPSObject(result.Rows[0]);
        // The tables of other results select this type. After a table, the summary would be shown as a row of it.
        output.TypeNames.Remove(typeof(UsageFigures).FullName!);
        WriteObject(output);
        WarnAbout(result.Unreadable, isEmpty: result.Rows[0].Requests == 0);
    }
}
