using System.Management.Automation;
using TokenDashboard.Parameters;
using TokenDashboard.Usage;

namespace TokenDashboard.Commands;

/// <summary>Gets token usage by time, model, provider, user, request type, transaction and source, in any combination.</summary>
[Cmdlet(VerbsCommon.Get, "TokenUsage", SupportsPaging = true, HelpUri = HelpPage.Folder + "Get-TokenUsage.md")]
[OutputType(typeof(TokenUsage))]
public sealed class GetTokenUsageCommand : QueryCmdlet
{
    /// <summary>
    /// What to group by: at most one of Minute, Hour, Day, Week, Month, Quarter, Year and Session, and any of the others. Without it, one
    /// row for everything.
    /// </summary>
    [Parameter(Position = 0)]
    [ChoiceTransformation(IsList = true)]
    public UsageDimension[] GroupBy { get; set; } = [];

    /// <summary>Adds a row for each unit of time without requests, from the range's beginning to its end.</summary>
    [Parameter]
    public SwitchParameter Fill { get; set; }

    /// <summary>The order. Without it, by time, then by tokens, most first.</summary>
    [Parameter]
    [ChoiceTransformation]
    public UsageOrder OrderBy { get; set; }

    /// <summary>Reverses the order.</summary>
    [Parameter]
    public SwitchParameter Descending { get; set; }

    private protected override void Query() =>
        Write(new UsageQuery(GroupBy, TimeZone, FirstDayOfWeek) { Now = Now, Fill = Fill, Prices = Prices() }.Run(Stores, Filter), OrderBy, Descending, ViewOf);

    // The table shows the columns of what was grouped by, so each kind of grouping is a type name of its own to the formatter.
    private static string? ViewOf(TokenUsage row)
    {
        string[] names = [.. new (string Name, object? Value)[]
        {
            ("User", row.User), ("Model", row.Model), ("Provider", row.Provider), ("RequestType", row.RequestType), ("Transaction", row.Transaction), ("Source", row.Source),
        }.Where(name => name.Value is not null).Select(name => name.Name)];
        string view = (row.Start is null ? "" : "Time") + (names is ["Source"] or { Length: > 1 } ? "Names" : names.FirstOrDefault());
        return view.Length == 0 ? null : $"{typeof(TokenUsage).FullName}#{view}";
    }
}
