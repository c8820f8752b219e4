using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using TokenDashboard.Completion;
using TokenDashboard.Formatting;
using TokenDashboard.Parameters;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Commands;

/// <summary>What every command that queries requests shares: the filters, the time range and the time zone.</summary>
public abstract class QueryCmdlet : StoreCmdlet
{
    private static readonly string[] Names = [nameof(User), nameof(Model), nameof(Provider), nameof(RequestType), nameof(Transaction), nameof(Source)];

    // Whoever asks many queries has read it after the first.
    private static bool s_upperBoundIsTold;

    private readonly Stopwatch _watch = new();

    private string _storeNames = "";
    private string[]? _userOfCommandLine;
    private HashSet<string> _piped = new HashSet<string>();

    /// <summary>Users. Wildcards are allowed; '' means requests of which the user is not known.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(StoreValueCompleter))]
    [PipedTextTransformation]
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
    [ArgumentCompleter(typeof(StoreValueCompleter))]
    public string[]? Transaction { get; set; }

    /// <summary>Sources: which of several stores count. Wildcards are allowed. The source of a file is its name; in ClickHouse each request has the source it was sent with.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(StoreValueCompleter))]
    public string[]? Source { get; set; }

    /// <summary>What a row that is piped was grouped by, as its property says. Names it was not grouped by, which a CSV file has as empty texts, do not count.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? GroupedBy { get; set; }

    /// <summary>Who signs in to ClickHouse. Without it, the environment variables CLICKHOUSE_USER and CLICKHOUSE_PASSWORD.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

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

    /// <summary>A range that ends now (7d, '7 days', 24h, a TimeSpan), or a named one (today, yesterday, 'this month', 'last month'). Not with Since or Until.</summary>
    [Parameter]
    [TimeExpressionTransformation(IsLength = true)]
    [ArgumentCompleter(typeof(TimeExpressionCompleter))]
    public TimeExpression? Last { get; set; }

    /// <summary>Moves both ends of the range back to the beginning of their days, so that each day is whole and none is still running.</summary>
    [Parameter]
    public SwitchParameter WholeDays { get; set; }

    /// <summary>The day on which weeks begin. Without it, Monday.</summary>
    [Parameter]
    [ChoiceTransformation]
    public DayOfWeek FirstDayOfWeek { get; set; } = DayOfWeek.Monday;

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

    /// <summary>Another name of First: at most so many rows.</summary>
    [Parameter]
    public virtual ulong? Top { get; set; }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing()
    {
        Now = DateTimeOffset.UtcNow;
        _userOfCommandLine = User;
        // What is bound by now was typed; what comes from the properties of piped results are names, whatever characters they have.
        _piped = Names.Where(name => !MyInvocation.BoundParameters.ContainsKey(name)).ToHashSet();
    }

    /// <summary>When the command was called.</summary>
    private protected DateTimeOffset Now { get; private set; }

    /// <summary>At most how many rows are wanted.</summary>
    private protected ulong MostRows => Math.Min(Top ?? ulong.MaxValue, PagingParameters.First);

    /// <summary>How long the query runs.</summary>
    private protected TimeSpan Elapsed => _watch.Elapsed;

    /// <summary>The open stores.</summary>
    private protected IReadOnlyList<ITelemetryStore> Stores { get; private set; } = [];

    /// <summary>Which requests.</summary>
    private protected RequestFilter Filter { get; private set; } = new();

    /// <summary>Runs one query.</summary>
    private protected abstract void Query();

    /// <inheritdoc/>
    private protected sealed override void Process()
    {
        Filter = MakeFilter();
        UseStores(Given(nameof(Source), Source).Length > 0 ? IsChosen : null, (stores, name) =>
        {
            (Stores, _storeNames) = (stores, name);
            if (Filter.Range.Since is not null || Filter.Range.Until is not null)
                WriteVerbose($"Range: {Filter.Range.Since:u} until {Filter.Range.Until:u}.");
            _watch.Restart();
            Query();
        });
    }

    /// <summary>Writes the page of a result that -Skip and -First ask for, in the order asked for.</summary>
    /// <param name="result">The result.</param>
    /// <param name="order">The order.</param>
    /// <param name="descending">Whether it is reversed.</param>
    /// <param name="caption">What the result is, for tables.</param>
    /// <param name="view">The name of the view that shows the rows better than that of their type, or empty.</param>
    private protected void Write<T>(QueryResult<T> result, UsageOrder order, bool descending, string caption, string view)
        where T : UsageFigures
    {
        WriteVerbose(string.Create(CultureInfo.CurrentCulture, $"Read {result.Unreadable.Reads()} in {_watch.Elapsed.TotalSeconds:N2} s."));
        T[] all = Ordered(result, order, descending);
        if (PagingParameters.IncludeTotalCount)
            WriteObject(PagingParameters.NewTotalCount((ulong)all.Length, 1.0));
        WarnAboutUpperBound(all);
        // What goes on through a pipeline may be shown by a window of another width.
        string name = view + (MyInvocation.PipelinePosition == MyInvocation.PipelineLength && Screen.IsWide(Host) ? "Wide" : "");
        var shown = new UsageDisplay.Result(
            TimeZone.Id == TimeZoneInfo.Local.Id ? caption : $"{caption} ({TimeZone.Id})", all.Where(row => !row.IsTotal).Select(row => row.Share).DefaultIfEmpty().Max());
        foreach (T row in PageOf(result, all))
        {
            UsageDisplay.Remember(row, shown);
            PSObject output = PSObject.AsPSObject(row);
            if (name.Length > 0)
                output.TypeNames.Insert(0, $"{typeof(T).FullName}#{name}");
            WriteObject(output);
        }
        WarnAbout(result.Unreadable, isEmpty: all.All(row => row.Requests == 0));
    }

    /// <summary>The rows that were asked for, in their order, the total last.</summary>
    private protected IEnumerable<T> Page<T>(QueryResult<T> result, UsageOrder order, bool descending)
        where T : UsageFigures => PageOf(result, Ordered(result, order, descending));

    private IEnumerable<T> PageOf<T>(QueryResult<T> result, T[] all)
        where T : UsageFigures
    {
        int skip = (int)Math.Min(PagingParameters.Skip, (ulong)all.Length);
        IEnumerable<T> page = all.Skip(skip).Take((int)Math.Min(MostRows, int.MaxValue));
        return result.Total is { } total ? page.Append(total) : page;
    }

    // Subtotals belong to the rows before them.
    private static T[] Ordered<T>(QueryResult<T> result, UsageOrder order, bool descending)
        where T : UsageFigures
    {
        bool isOrdered = order != UsageOrder.Default || descending;
        return [.. UsageOrdering.Order(isOrdered ? [.. result.Rows.Where(row => !row.IsTotal)] : result.Rows, order, descending)];
    }

    /// <summary>Says once in a session that the cost of requests which do not tell their cached tokens may be less.</summary>
    private protected void WarnAboutUpperBound(IEnumerable<UsageFigures> rows)
    {
        if (!s_upperBoundIsTold && rows.Any(row => row is { CostIsUpperBound: true, Cost: not null }))
        {
            s_upperBoundIsTold = true;
            WriteWarning("Cost is an upper bound where requests do not say how many of their prompt tokens were cached, as those of Observicia: see CostIsUpperBound. This is said once.");
        }
    }

    /// <summary>Warns of values that cannot be read, and where there is no request, says where the stored ones lie.</summary>
    private protected void WarnAbout(UnreadableReport unreadable, bool isEmpty)
    {
        WarnAbout(unreadable, _storeNames);
        bool hasRange = Filter.Range.Since is not null || Filter.Range.Until is not null;
        string[] names = [.. Names.Where(MyInvocation.BoundParameters.ContainsKey)];
        if (!isEmpty || MyInvocation.ExpectingInput || (!hasRange && names.Length == 0))
            return;
        TokenRequest? Edge(bool newest) => new RequestQuery(Stores, new RequestFilter()) { Descending = newest }.Run(0, 1).FirstOrDefault();
        string where = Edge(newest: false) is { } oldest && Edge(newest: true) is { } last
            ? $"The stored requests are from {oldest.Timestamp:yyyy-MM-dd HH:mm} to {last.Timestamp:yyyy-MM-dd HH:mm} UTC."
            : "The store has no requests.";
        string range = hasRange ? " Give another range with -Since and -Until, or none." : "";
        string tab = names.Length > 0 ? $" Press Tab after {string.Join(" or ", names.Select(name => $"-{name}"))} to see the names that occur." : "";
        WriteWarning($"No request matches. {where}{range}{tab}");
    }

    /// <summary>The prices to compute cost with; null where there are none.</summary>
    private protected UsagePrices? Prices()
    {
        if (LoadPrices() is not { } list)
            return null;
        WriteVerbose($"Prices: {list.Name}.");
        return new UsagePrices(list, PriceAt?.ToInstant(Now, TimeZone));
    }

    private protected override NetworkCredential? Login => Credential?.GetNetworkCredential();

    private bool IsGiven(string name) =>
        !_piped.Contains(name) || GroupedBy is null || GroupedBy.Split(',', StringSplitOptions.TrimEntries).Contains(name);

    private bool IsChosen(string source) => Source!.Any(wanted => wanted == source
        || (!_piped.Contains(nameof(Source)) && WildcardPattern.Get(wanted, WildcardOptions.IgnoreCase).IsMatch(source)));

    private string[] Given(string name, string[]? names) => IsGiven(name) ? names ?? [] : [];

    private RequestFilter MakeFilter() => new()
    {
        Range = WholeDays ? TimeExpression.WholeDays(Since, Until, Last, Now, TimeZone, FirstDayOfWeek) : TimeExpression.Range(Since, Until, Last, Now, TimeZone, FirstDayOfWeek),
        // PowerShell gives files a property User on Unix, their owner, who has nothing to do with the users of requests.
        User = InputObject is not null ? _userOfCommandLine ?? [] : Given(nameof(User), User),
        Model = Given(nameof(Model), Model),
        Provider = Given(nameof(Provider), Provider),
        RequestType = Given(nameof(RequestType), RequestType),
        Transaction = Given(nameof(Transaction), Transaction),
        Literal = _piped,
        PolicyFailed = PolicyFailed,
        MinTokens = MinTokens,
    };
}
