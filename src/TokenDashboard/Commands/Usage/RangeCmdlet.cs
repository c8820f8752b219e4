namespace TokenDashboard.Commands;

/// <summary>The base class of commands that query the requests of a time range, which can end before now.</summary>
public abstract class RangeCmdlet : QueryCmdlet
{
    /// <summary>The exclusive end of the time range, in the same forms as Since.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("End"), TimeExpressionTransformation, ArgumentCompleter(typeof(TimeExpressionCompleter))]
    public TimeExpression? Until { get; set; }

    /// <summary>Moves both ends of the time range back to the start of their days, so that all days are complete.</summary>
    [Parameter] public SwitchParameter WholeDays { get; set; }

    private protected sealed override TimeExpression? RangeEnd => Until;

    private protected sealed override bool IsInWholeDays => WholeDays;
}
