using System.Management.Automation;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Commands;

/// <summary>Gives single requests as a stream, in the order they were stored unless another is asked for.</summary>
[Cmdlet(VerbsCommon.Get, "TokenRequest", SupportsPaging = true, HelpUri = HelpPage.Folder + "Get-TokenRequest.md")]
[OutputType(typeof(TokenRequest))]
public sealed class GetTokenRequestCommand : QueryCmdlet
{
    /// <summary>The order. Any but Id looks at every request of the filter before it gives the first.</summary>
    [Parameter]
    public RequestOrder OrderBy { get; set; }

    /// <summary>Reverses the order.</summary>
    [Parameter]
    public SwitchParameter Descending { get; set; }

    private protected override void Query(TokenStore store, RequestFilter filter)
    {
        if (PagingParameters.IncludeTotalCount)
        {
            WriteObject(PagingParameters.NewTotalCount((ulong)RequestQuery.Count(store, filter), 1.0));
        }
        using var query = new RequestQuery(store, filter, OrderBy, Descending);
        foreach (TokenRequest request in query.Run(PagingParameters.Skip, PagingParameters.First))
        {
            Cancellation.ThrowIfCancellationRequested();
            WriteObject(request);
        }
        WarnAbout(query.Unreadable, store.Path);
    }
}
