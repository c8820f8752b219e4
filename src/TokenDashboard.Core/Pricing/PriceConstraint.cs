namespace TokenDashboard.Pricing;

/// <summary>When prices hold: from a day of UTC on, or between two times of every day of UTC.</summary>
/// <param name="StartDate">The first day; null if it is a time of day.</param>
/// <param name="StartTime">Where the time of day begins.</param>
/// <param name="EndTime">Where it ends; before its beginning where it crosses midnight.</param>
internal sealed record PriceConstraint(DateTime? StartDate, TimeSpan StartTime = default, TimeSpan EndTime = default)
{
    public bool Holds(DateTime utc) => StartDate is { } date
        ? utc >= date
        : EndTime < StartTime ? utc.TimeOfDay >= StartTime || utc.TimeOfDay < EndTime : utc.TimeOfDay >= StartTime && utc.TimeOfDay < EndTime;
}

/// <summary>Rates, and when they hold; without a constraint, always.</summary>
internal sealed record ConditionalRates(PriceConstraint? Constraint, PriceRates Rates);

/// <summary>A part off the prices of a list.</summary>
/// <param name="Provider">The provider of the requests, or null for all.</param>
/// <param name="Match">The names of models; null for all.</param>
/// <param name="Percent">How much off.</param>
/// <param name="StartDate">The first day of UTC.</param>
/// <param name="EndDate">The first day after.</param>
internal sealed record PriceDiscount(string? Provider, MatchClause? Match, decimal Percent, DateTime StartDate, DateTime EndDate);
