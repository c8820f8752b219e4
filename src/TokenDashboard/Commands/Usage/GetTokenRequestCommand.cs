namespace TokenDashboard.Commands;

/// <summary>Gets single requests, by default in the order in which they were stored.</summary>
[Cmdlet(VerbsCommon.Get, "TokenRequest", SupportsPaging = true, HelpUri = TokenCmdlet.HelpFolder + "Get-TokenRequest.md")]
[Alias("gtr")]
[OutputType(typeof(TokenRequest))]
public sealed class GetTokenRequestCommand : RowCmdlet
{
    /// <summary>The property to sort by. For any property except Id, all matching requests are read before the first one is returned.</summary>
    [Parameter, ChoiceTransformation] public RequestOrder OrderBy { get; set; }

    private protected override bool ShowsProgress => OrderBy != RequestOrder.Id || MyInvocation.PipelinePosition < MyInvocation.PipelineLength;

    private protected override void Query()
    {
        var query = new RequestQuery(Stores, Filter) { Order = OrderBy, Descending = Descending, Prices = Prices() };
        if (PagingParameters.IncludeTotalCount)
            WriteObject(PagingParameters.NewTotalCount((ulong)query.Count(), 1.0));
        bool any = PagingParameters.Skip > 0 || MostRows == 0;
        long count = 0;
        foreach (TokenRequest request in query.Run(PagingParameters.Skip, MostRows))
        {
            Cancellation.ThrowIfCancellationRequested();
            any = true;
            // In the order of ids, requests are read while others are written.
            if (count++ == 0 && OrderBy != RequestOrder.Id)
                EndProgress();
            WriteObject(request);
        }
        WriteVerbose(string.Create(CultureInfo.InvariantCulture, $"Wrote {count:N0} requests in {Elapsed.TotalSeconds:N2} s."));
        WarnAboutOrder(query.Currencies);
        WarnAbout(query.Unreadable, isEmpty: !any);
    }
}
