using System.Management.Automation;
using TokenDashboard.Completion;
using TokenDashboard.Parameters;
using TokenDashboard.Pricing.Lists;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Commands;

/// <summary>What every command that queries requests shares: the filters, the time range and the time zone.</summary>
public abstract class QueryCmdlet : StoreCmdlet
{
    private static readonly string[] Names = [nameof(User), nameof(Model), nameof(Provider), nameof(RequestType), nameof(Transaction), nameof(Source)];

    private DateTimeOffset _now;
    private string[]? _userOfCommandLine;
    private HashSet<string> _piped = new HashSet<string>();

    /// <summary>Users. Wildcards are allowed; '' means requests of which the user is not known.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(StoreValueCompleter))]
    public string[]? User { get; set; }

    /// <summary>Models. Wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(StoreValueCompleter))]
    public string[]? Model { get; set; }

    /// <summary>Providers. Wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(StoreValueCompleter))]
    public string[]? Provider { get; set; }

    /// <summary>Kinds of request, such as chat or embedding. Wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(StoreValueCompleter))]
    public string[]? RequestType { get; set; }

    /// <summary>Transactions. Wildcards are allowed; '' means requests outside any transaction.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public string[]? Transaction { get; set; }

    /// <summary>Sources: which of several stores count. Wildcards are allowed. The source of a store is the name of its file.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(StoreValueCompleter))]
    public string[]? Source { get; set; }

    /// <summary>The first instant that counts: an ISO time, a length of time ago (7d, 24h, 90m) or a word (today, 'last month').</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Start")]
    [TimeExpressionTransformation]
    [ArgumentCompleter(typeof(TimeExpressionCompleter))]
    public TimeExpression? Since { get; set; }

    /// <summary>The first instant that no longer counts, in the forms of Since.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("End")]
    [TimeExpressionTransformation]
    [ArgumentCompleter(typeof(TimeExpressionCompleter))]
    public TimeExpression? Until { get; set; }

    /// <summary>A range that ends now (7d, 24h, 90m), or a named one (today, yesterday, 'this month', 'last month'). Not with Since or Until.</summary>
    [Parameter]
    [TimeExpressionTransformation]
    [ArgumentCompleter(typeof(TimeExpressionCompleter))]
    public TimeExpression? Last { get; set; }

    /// <summary>
    /// The time zone of days, weeks, months, of words such as today, and of times written without a zone: an IANA or Windows name,
    /// UTC or Local. Without it, the local zone.
    /// </summary>
    [Parameter]
    [TimeZoneTransformation]
    [ArgumentCompleter(typeof(TimeZoneCompleter))]
    public TimeZoneInfo TimeZone { get; set; } = TimeZoneInfo.Local;

    /// <summary>
    /// The prices that cost is computed with: those of the time of each request (Request, the default), those of Now, or those of another
    /// instant. With another time than that of the requests, results also tell the difference.
    /// </summary>
    [Parameter]
    [PriceTimeTransformation]
    [ArgumentCompleter(typeof(PriceTimeCompleter))]
    public TimeExpression? PriceAt { get; set; }

    /// <summary>Only requests with a negative policy verdict.</summary>
    [Parameter]
    public SwitchParameter PolicyFailed { get; set; }

    /// <summary>Only requests with at least so many tokens in total.</summary>
    [Parameter]
    [ValidateRange(0, ValueLimits.MaxTokens)]
    public long MinTokens { get; set; }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing()
    {
        _now = DateTimeOffset.UtcNow;
        _userOfCommandLine = User;
        // What is bound by now was typed; what comes from the properties of piped results are names, whatever characters they have.
        _piped = Names.Where(name => !MyInvocation.BoundParameters.ContainsKey(name)).ToHashSet();
    }

    /// <summary>Runs one query.</summary>
    /// <param name="stores">The open stores.</param>
    /// <param name="filter">Which requests.</param>
    /// <param name="name">The stores' names, for messages.</param>
    private protected abstract void Query(IReadOnlyList<ITelemetryStore> stores, RequestFilter filter, string name);

    /// <inheritdoc/>
    private protected sealed override void Process()
    {
        RequestFilter filter = Filter();
        UseStores(IsChosen, (stores, name) =>
        {
            if (filter.Range.Since is not null || filter.Range.Until is not null)
            {
                WriteVerbose($"Range: {filter.Range.Since:u} until {filter.Range.Until:u}.");
            }
            Query(stores, filter, name);
        });
    }

    /// <summary>The prices to compute cost with; null where they cannot be read, which is one error and leaves the usage.</summary>
    private protected UsagePrices? Prices()
    {
        UsagePrices? prices = null;
        try
        {
            prices = new UsagePrices(PriceFiles.Load(), PriceAt?.ToInstant(_now, TimeZone));
            WriteVerbose($"Prices: {prices.List.Name}.");
        }
        catch (TokenDashboardException exception)
        {
            WriteError(exception.ToErrorRecord());
        }
        return prices;
    }

    private bool IsChosen(string source) => Source is not { Length: > 0 } || Source.Any(wanted => wanted == source
        || (!_piped.Contains(nameof(Source)) && WildcardPattern.Get(wanted, WildcardOptions.IgnoreCase).IsMatch(source)));

    /// <summary>Writes the page of the rows that -Skip and -First ask for.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="viewOf">A type name whose view shows the row better than that of its type, or null.</param>
    private protected void WritePage<T>(IEnumerable<T> rows, Func<T, string?> viewOf)
    {
        T[] all = [.. rows];
        if (PagingParameters.IncludeTotalCount)
        {
            WriteObject(PagingParameters.NewTotalCount((ulong)all.Length, 1.0));
        }
        int skip = (int)Math.Min(PagingParameters.Skip, (ulong)all.Length);
        foreach (T row in all.Skip(skip).Take((int)Math.Min(PagingParameters.First, int.MaxValue)))
        {
            PSObject output = PSObject.AsPSObject(row);
            if (viewOf(row) is { } view)
            {
                output.TypeNames.Insert(0, view);
            }
            WriteObject(output);
        }
    }

    private RequestFilter Filter() => new()
    {
        Range = TimeExpression.Range(Since, Until, Last, _now, TimeZone),
        // PowerShell gives files a property User on Unix, their owner, who has nothing to do with the users of requests.
        User = (InputObject is null ? User : _userOfCommandLine) ?? [],
        Model = Model ?? [],
        Provider = Provider ?? [],
        RequestType = RequestType ?? [],
        Transaction = Transaction ?? [],
        Source = Source ?? [],
        Literal = _piped,
        PolicyFailed = PolicyFailed,
        MinTokens = MinTokens,
    };
}
