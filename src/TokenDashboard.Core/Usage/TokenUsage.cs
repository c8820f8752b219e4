using TokenDashboard.Usage;

namespace TokenDashboard;

/// <summary>Usage of one group of requests. Properties of other dimensions are null.</summary>
public sealed class TokenUsage : UsageFigures
{
    private readonly UsageKey _key;

    internal TokenUsage(UsageKey key, DateTimeOffset? start, DateTimeOffset? end, bool isPartial, UsageAccumulator usage, UsageTotals all)
        : base(usage, all)
    {
        Start = start;
        End = end;
        IsPartial = isPartial;
        _key = key;
    }

    /// <summary>
    /// The dimensions of the row, joined by commas; may be empty. It distinguishes an unknown user, the empty string, from no user, even in files
    /// that do not.
    /// </summary>
    public string GroupedBy { get; internal init; } = "";

    /// <summary>
    /// Start of the time unit or the session, with the zone's offset. Without one, the start of the time range, so that a piped row selects the same
    /// requests. Null if the range is open.
    /// </summary>
    public DateTimeOffset? Start { get; }

    /// <summary>The exclusive end.</summary>
    public DateTimeOffset? End { get; }

    /// <summary>Whether the time range contains only part of the time unit, or the unit has not ended.</summary>
    public bool IsPartial { get; }

    /// <summary>The English name of the day of the week in the zone.</summary>
    public string? Weekday => _key.Weekday?.ToString();

    /// <summary>The hour in the time zone, 0 to 23.</summary>
    public int? HourOfDay => _key.HourOfDay;

    /// <summary>The user; the empty string if it is unknown.</summary>
    public string? User => _key.User;

    /// <summary>The model.</summary>
    public string? Model => _key.Model;

    /// <summary>The provider.</summary>
    public string? Provider => _key.Provider;

    /// <summary>The type of request.</summary>
    public string? RequestType => _key.RequestType;

    /// <summary>The transaction; the empty string if it is unknown.</summary>
    public string? Transaction => _key.Transaction;

    /// <summary>The name of the store.</summary>
    public string? Source => _key.Source;

    /// <summary>The tokens of the row's user from the start of the result to the end of this row; null if not requested.</summary>
    public long? CumulativeTokens { get; internal set; }

    /// <summary>The cost of the cumulative tokens that have a price; null if not requested.</summary>
    public decimal? CumulativeCost { get; internal set; }

    private protected override string Label => string.Join(", ", new[]
    {
        Start?.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture), Weekday, HourOfDay is { } hour ? string.Create(CultureInfo.InvariantCulture, $"{hour:00}:00") : null,
        User, Model, Provider, RequestType, Transaction, Source,
    }.Where(name => name is not null).DefaultIfEmpty("all"));
}
