using System.Globalization;
using System.Management.Automation;
using TokenDashboard.Formatting;
using TokenDashboard.Parameters;
using TokenDashboard.Usage;

namespace TokenDashboard.Commands;

/// <summary>Gets token usage by time, model, provider, user, request type, transaction and source, in any combination.</summary>
[Cmdlet(VerbsCommon.Get, "TokenUsage", SupportsPaging = true, HelpUri = HelpPage.Folder + "Get-TokenUsage.md")]
[OutputType(typeof(TokenUsage), typeof(string))]
public sealed class GetTokenUsageCommand : QueryCmdlet
{
    /// <summary>What to group by: at most one of Hour, Day, Week and Month, and any of the others. Without it, one row for everything.</summary>
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

    /// <summary>Gives each row as one line of text, for a prompt or a status line, and no warnings.</summary>
    [Parameter]
    public SwitchParameter OneLine { get; set; }

    private protected override void Query()
    {
        QueryResult<TokenUsage> result = new UsageQuery(GroupBy, TimeZone) { Fill = Fill, Prices = Prices() }.Run(Stores, Filter);
        if (!OneLine)
        {
            Write(result, OrderBy, Descending, ViewOf);
            return;
        }
        int skip = (int)Math.Min(PagingParameters.Skip, (ulong)result.Rows.Count);
        foreach (TokenUsage row in UsageOrdering.Order(result.Rows, OrderBy, Descending).Skip(skip).Take((int)Math.Min(PagingParameters.First, int.MaxValue)))
        {
            WriteObject(Display.Line(row) + (result.Unreadable.Rows > 0 ? string.Create(CultureInfo.CurrentCulture, $", {result.Unreadable.Rows:N0} with unreadable values") : ""));
        }
    }

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
