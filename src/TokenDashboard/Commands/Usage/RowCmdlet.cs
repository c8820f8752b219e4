namespace TokenDashboard.Commands;

/// <summary>The base class of queries that return rows, in pages and in ascending or descending order.</summary>
public abstract class RowCmdlet : RangeCmdlet
{
    private bool _warnedOfOrder;

    /// <summary>Reverses the sort order.</summary>
    [Parameter] public SwitchParameter Descending { get; set; }

    /// <summary>An alias of First.</summary>
    [Parameter] public ulong? Top { get; set; }

    private protected ulong MostRows => Math.Min(Top ?? ulong.MaxValue, PagingParameters.First);

    /// <summary>Warns once per command if rows are ordered by cost in several currencies: amounts are not converted.</summary>
    private protected void WarnAboutOrder(IEnumerable<string?> currencies)
    {
        string?[] several = [.. currencies.Distinct().Order(StringComparer.Ordinal)];
        if (_warnedOfOrder || several.Length < 2)
            return;
        _warnedOfOrder = true;
        WriteWarning(
            $"The rows are ordered by cost in several currencies ({string.Join(", ", several)}), and the amounts are compared without conversion. {CurrencyHint}, "
                + "or define your own prices in one currency.");
    }
}
