namespace TokenDashboard.Commands;

/// <summary>The base class of commands that return rows of usage, with totals if requested.</summary>
public abstract class UsageCmdlet : RowCmdlet
{
    /// <summary>The property to sort by. The default order depends on the command.</summary>
    [Parameter, ChoiceTransformation] public UsageOrder OrderBy { get; set; }

    /// <summary>Adds a row with the total, and subtotals.</summary>
    [Parameter] public SwitchParameter Total { get; set; }

    /// <summary>
    /// Writes the page that -Skip and -First select from a result, in the requested order. Tables have a caption, and can have a view other than
    /// the default.
    /// </summary>
    private protected void Write<T>(QueryResult<T> result, string caption, string view)
        where T : UsageFigures
    {
        WriteVerbose(string.Create(CultureInfo.InvariantCulture, $"Read {result.Unreadable.Reads()} in {Elapsed.TotalSeconds:N2} s."));
        EndProgress();
        T[] all = Ordered(result);
        result.Rows = [];
        if (PagingParameters.IncludeTotalCount)
            WriteObject(PagingParameters.NewTotalCount((ulong)all.Count(row => !row.IsTotal), 1.0));
        WarnAboutCost(result.Total is { } total ? all.Append(total) : all);
        if (OrderBy == UsageOrder.Cost)
            WarnAboutOrder(all.Where(row => row.Cost is not null).Select(row => row.Currency).Concat(result.OmittedCurrencies));
        // The end of the pipeline, or the window in which a variable is shown later, may be narrower and would truncate the names.
        bool isShown = MyInvocation.PipelinePosition == MyInvocation.PipelineLength && !Screen.IsCaptured(MyInvocation);
        string name = view + (isShown && Screen.IsWide(Host) ? "Wide" : ""), typeName = $"{typeof(T).FullName}#{name}";
        string[] asked = [.. new[] { TimeZone.Id == TimeZoneInfo.Local.Id ? null : TimeZone.Id, PriceAt is null ? null : $"prices of {PriceAt}" }.OfType<string>()];
        var shown = new ShownResult(
            asked.Length == 0 ? caption : $"{caption} ({string.Join(", ", asked)})", all.Where(row => !row.IsTotal).Select(row => row.Share).DefaultIfEmpty().Max());
        bool isEmpty = all.All(row => row.Requests == 0);
        foreach (T row in Page(result, all))
        {
            row.Shown = shown;
            PSObject output = PSObject.AsPSObject(row);
            if (name.Length > 0)
                output.TypeNames.Insert(0, typeName);
            WriteObject(output);
        }
        WarnAbout(result.Unreadable, isEmpty);
    }

    /// <summary>The requested page of all rows, with the subtotals of its rows, and the total last.</summary>
    private protected IEnumerable<T> Page<T>(QueryResult<T> result, T[] all)
        where T : UsageFigures
    {
        ulong place = 0;
        bool isShown = false;
        for (int i = 0; i < all.Length; i++)
        {
            T row = all[i];
            // Millions of rows need no memory after they were written, unless the pipeline keeps them.
            all[i] = null!;
            if (row.IsTotal)
            {
                if (isShown)
                    yield return row;
                isShown = false;
            }
            else if (place++ >= PagingParameters.Skip && place - PagingParameters.Skip <= MostRows)
            {
                isShown = true;
                yield return row;
            }
        }
        if (result.Total is { } total)
            yield return total;
    }

    /// <summary>The rows in the requested order. Subtotals belong to the rows before them, so only the default order includes them.</summary>
    private protected T[] Ordered<T>(QueryResult<T> result)
        where T : UsageFigures
    {
        bool isOrdered = OrderBy != UsageOrder.Default || Descending;
        return [.. UsageOrdering.Order(isOrdered ? [.. result.Rows.Where(row => !row.IsTotal)] : result.Rows, OrderBy, Descending)];
    }
}
