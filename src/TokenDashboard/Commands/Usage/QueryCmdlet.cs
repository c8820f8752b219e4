using System.Diagnostics;
using System.Net;

namespace TokenDashboard.Commands;

/// <summary>The base class of commands that query requests, with the filters, the start of the time range and the time zone.</summary>
public abstract class QueryCmdlet : StoreCmdlet
{
    private static readonly string[] Names = [nameof(User), nameof(Model), nameof(Provider), nameof(RequestType), nameof(Transaction), nameof(Source)];

    private const string UpperBound =
        "Cost is an upper bound, because some requests, such as those of Observicia, do not record cached tokens. See CostIsUpperBound. This warning appears once per session.";

    private readonly Stopwatch _watch = new();

    private string _storeNames = "";
    private bool _warnedOfCurrencies;
    private string[]? _userOfCommandLine;
    private (TimeExpression? Since, TimeExpression? Until) _rangeOfCommandLine;
    private bool _isDatabaseGiven;
    private bool _warnedOfTimeOfWeek;
    private WorkProgress? _progress;
    private HashSet<string> _piped = new HashSet<string>();

    /// <summary>Users. Wildcards are permitted; '' means requests without a user name.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards, ArgumentCompleter(typeof(StoreValueCompleter)), PipedTextTransformation]
    public string[]? User { get; set; }

    /// <summary>Models. Wildcards are permitted.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), SupportsWildcards, ArgumentCompleter(typeof(StoreValueCompleter))]
    public string[]? Model { get; set; }

    /// <summary>Providers. Wildcards are permitted.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), SupportsWildcards, ArgumentCompleter(typeof(StoreValueCompleter))]
    public string[]? Provider { get; set; }

    /// <summary>Request types, such as chat or embedding. Wildcards are permitted.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), SupportsWildcards, ArgumentCompleter(typeof(StoreValueCompleter))]
    public string[]? RequestType { get; set; }

    /// <summary>Transactions. Wildcards are permitted; '' means requests without a transaction.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), SupportsWildcards, ArgumentCompleter(typeof(StoreValueCompleter))]
    public string[]? Transaction { get; set; }

    /// <summary>Sources: the stores to include. Wildcards are permitted. The source of a file is its name; in ClickHouse, each request has its source.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), SupportsWildcards, ArgumentCompleter(typeof(StoreValueCompleter))]
    public string[]? Source { get; set; }

    /// <summary>The dimensions of a piped row, bound by property name. Empty names of other dimensions, as in a CSV file, are ignored.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    public string? GroupedBy { get; set; }

    /// <summary>The store of a piped result of Sync-TokenStore, bound by property name. Source is then the source of its requests in that store.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)] public string? Target { get; set; }

    /// <summary>The credential for ClickHouse. The default comes from the environment variables CLICKHOUSE_USER and CLICKHOUSE_PASSWORD.</summary>
    [Parameter, Credential] public PSCredential? Credential { get; set; }

    /// <summary>The inclusive start of the time range: an ISO time, a length of time ago (7d, 24h, 90m) or a word (today, 'last month').</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("Start"), TimeExpressionTransformation, ArgumentCompleter(typeof(TimeExpressionCompleter))]
    public TimeExpression? Since { get; set; }

    /// <summary>
    /// A time range that ends now (7d, '7 days', 24h, a TimeSpan), or a named period (today, yesterday, 'this month', 'last month'). Cannot be
    /// combined with another start or end.
    /// </summary>
    [Parameter, TimeExpressionTransformation(IsLength = true), ArgumentCompleter(typeof(TimeExpressionCompleter))]
    public TimeExpression? Last { get; set; }

    /// <summary>The first day of the week. The default is Monday.</summary>
    [Parameter, ChoiceTransformation] public DayOfWeek FirstDayOfWeek { get; set; } = DayOfWeek.Monday;

    /// <summary>
    /// The time zone of days, weeks and months, of words such as today, and of times without a zone: an IANA or Windows name,
    /// UTC or Local. The default is the local time zone.
    /// </summary>
    [Parameter, TimeZoneTransformation, ArgumentCompleter(typeof(TimeZoneCompleter))]
    public TimeZoneInfo TimeZone { get; set; } = TimeZoneInfo.Local;

    /// <summary>
    /// The time of the prices: the time of each request (Request, the default), Now, or another
    /// time. If it is not Request, results also contain the difference in cost.
    /// </summary>
    [Parameter, TimeExpressionTransformation(NullWord = "Request"), ArgumentCompleter(typeof(TimeExpressionCompleter))]
    public TimeExpression? PriceAt { get; set; }

    /// <summary>Returns only requests with a negative policy verdict.</summary>
    [Parameter] public SwitchParameter PolicyFailed { get; set; }

    /// <summary>Returns only requests with at least this many total tokens.</summary>
    [Parameter, ValidateRange(0, ValueLimits.MaxTokens)] public long MinTokens { get; set; }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing()
    {
        Now = DateTimeOffset.UtcNow;
        (_userOfCommandLine, _rangeOfCommandLine) = (User, (Since, RangeEnd));
        _isDatabaseGiven = Database is not null;
        // Parameters that are bound at this point are from the command line. Parameters bound later are names from piped results, without wildcards.
        _piped = Names.Where(name => !MyInvocation.BoundParameters.ContainsKey(name)).ToHashSet();
    }

    private protected DateTimeOffset Now { get; private set; }

    /// <summary>The end of the time range; null for commands without an end.</summary>
    private protected virtual TimeExpression? RangeEnd => null;

    /// <summary>Whether both ends of the time range are moved back to the start of their days.</summary>
    private protected virtual bool IsInWholeDays => false;

    /// <summary>Whether to show how many requests were read. A bar would disturb a command that shows something else meanwhile.</summary>
    private protected virtual bool ShowsProgress => true;

    /// <summary>Removes the bar, which the terminal would draw again after each row of output.</summary>
    private protected void EndProgress() => _progress?.Dispose();

    private protected TimeSpan Elapsed => _watch.Elapsed;

    private protected IReadOnlyList<ITelemetryStore> Stores { get; private set; } = [];

    private protected RequestFilter Filter { get; private set; } = new();

    private protected abstract void Query();

    private protected sealed override void Process()
    {
        if (!_warnedOfTimeOfWeek && (IsGroupedBy(nameof(UsageDimension.Weekday)) || IsGroupedBy(nameof(UsageDimension.HourOfDay))))
        {
            _warnedOfTimeOfWeek = true;
            WriteWarning("Weekdays and hours of the day in piped rows are not used as filters. The results include all weekdays and hours.");
        }
        Filter = MakeFilter();
        UseStores(Given(nameof(Source), Source).Length > 0 ? IsChosen : null, (stores, name) =>
        {
            (Stores, _storeNames) = (stores, name);
            if (Filter.Range.Since is not null || Filter.Range.Until is not null)
                WriteVerbose($"Range: {Filter.Range.Since:u} until {Filter.Range.Until:u}.");
            _watch.Restart();
            using var progress = _progress = new WorkProgress(this, $"Reading {Display.Text(name)}");
            // The number of requests to read is not known, because rollups replace most of them.
            long[] reads = new long[stores.Count];
            for (int index = 0; ShowsProgress && index < stores.Count; index++)
            {
                int store = index;
                stores[store].ReportReads(read =>
                {
                    reads[store] = read;
                    progress.Show(null, _ => string.Create(CultureInfo.CurrentCulture, $"{reads.Sum():N0} requests"));
                });
            }
            Query();
        });
    }

    /// <summary>
    /// Warns once per command if costs are in several currencies, and once per session if the cost may be lower, because requests do not
    /// record cached tokens.
    /// </summary>
    private protected void WarnAboutCost(IEnumerable<UsageFigures> rows) =>
        WarnAboutCost(rows.Select(row => new UsageCost(row.Cost, row.Currency, 0, row.CostIsUpperBound)));

    private protected void WarnAboutCost(IEnumerable<UsageCost> costs)
    {
        if (!_warnedOfCurrencies && costs.Where(cost => Money.AreSeveral(cost.Currency)).Select(cost => cost.Currency).MaxBy(currency => currency?.Length) is { } several)
        {
            _warnedOfCurrencies = true;
            WriteWarning($"Cost is in several currencies ({several}), which are never added, so totals of several currencies have no cost. {CostHint}, or define your own prices in one currency.");
        }
        if (costs.Any(cost => cost is { IsUpperBound: true, Amount: not null }) && SessionWarnings.Add(UpperBound))
            WriteWarning(UpperBound);
    }

    /// <summary>How to get results that each have one currency.</summary>
    private protected virtual string CostHint => CurrencyHint;

    /// <summary>How to get a result with one currency.</summary>
    private protected const string CurrencyHint = "Select the models of one currency with -Model or -Provider";

    /// <summary>What to do if the time range contains no requests; empty without a time range.</summary>
    private protected virtual string RangeHint => Filter.Range.Since is null && Filter.Range.Until is null ? "" : " Use another time range with -Since and -Until, or no time range.";

    /// <summary>Warns of unreadable values. If no request matches, the warning shows the time range of the store.</summary>
    private protected void WarnAbout(UnreadableReport unreadable, bool isEmpty)
    {
        WarnAbout(unreadable, _storeNames);
        bool hasRange = RangeHint.Length > 0;
        string[] names = [.. Names.Where(MyInvocation.BoundParameters.ContainsKey)];
        // Piped users often have no requests in a time range. Without a time range, they should have some.
        bool isName = MyInvocation.ExpectingInput && !hasRange && names.Where(_piped.Contains).SequenceEqual([nameof(User)]);
        if (!isEmpty || (MyInvocation.ExpectingInput && !isName))
            return;
        (DateTimeOffset? first, DateTimeOffset? last) = UsageQuery.TimesOf(Stores);
        if (first is not null && !hasRange && names.Length == 0)
            return;
        string where = first is not null && last is not null
            ? string.Create(CultureInfo.InvariantCulture, $"The stored requests are from {first.Value.UtcDateTime:yyyy-MM-dd HH:mm} to {last.Value.UtcDateTime:yyyy-MM-dd HH:mm} UTC.")
            : Given(nameof(Source), Source).Length > 0 ? "The source has no requests." : "The store has no requests.";
        string tab = names.Length > 0 ? $" Press Tab after {string.Join(" or ", names.Select(name => $"-{name}"))} for the names in the store." : "";
        WriteWarning($"No request matches{(isName ? $" '{string.Join("', '", User!)}'" : "")}. {where}{RangeHint}{tab}");
    }

    private protected UsagePrices? Prices()
    {
        if (LoadPrices() is not { } list)
            return null;
        WriteVerbose($"Prices: {list.Name}.");
        return new UsagePrices(list, PriceAt?.ToInstant(Now, TimeZone));
    }

    // Files also have a property Target: the target of a link.
    private protected override IReadOnlyList<string> StoreReferences() =>
        InputObject is null && !_isDatabaseGiven && Target is not null && TelemetryStores.IsAddress(Target) ? [Target] : base.StoreReferences();

    private protected override NetworkCredential? Login => Credential?.GetNetworkCredential();

    private bool IsGroupedBy(string dimension) => GroupedBy?.Split(',', StringSplitOptions.TrimEntries).Contains(dimension) == true;

    private bool IsGiven(string name) => !_piped.Contains(name) || GroupedBy is null || IsGroupedBy(name);

    private bool IsChosen(string source) => Source!.Any(wanted => wanted == source
        || (!_piped.Contains(nameof(Source)) && WildcardPattern.Get(wanted, WildcardOptions.IgnoreCase).IsMatch(source)));

    private string[] Given(string name, string[]? names) => IsGiven(name) ? names ?? [] : [];

    private TimeRange MakeRange()
    {
        // A length of time on the command line takes precedence over the range of a piped row.
        (TimeExpression? since, TimeExpression? until) = Last is null ? (Since, RangeEnd) : _rangeOfCommandLine;
        return IsInWholeDays ? TimeExpression.WholeDays(since, until, Last, Now, TimeZone, FirstDayOfWeek) : TimeExpression.Range(since, until, Last, Now, TimeZone, FirstDayOfWeek);
    }

    private RequestFilter MakeFilter() => new()
    {
        Range = MakeRange(),
        // On Unix, files have a property User: the owner, not a user of requests.
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
