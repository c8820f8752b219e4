namespace TokenDashboard.Commands;

/// <summary>The base of queries that return rows, in pages and in either order.</summary>
public abstract class RowCmdlet : QueryCmdlet
{
    /// <summary>Reverses the sort order.</summary>
    [Parameter]
    public SwitchParameter Descending { get; set; }

    /// <summary>An alias of First.</summary>
    [Parameter]
    public ulong? Top { get; set; }

    private protected ulong MostRows => Math.Min(Top ?? ulong.MaxValue, PagingParameters.First);
}
