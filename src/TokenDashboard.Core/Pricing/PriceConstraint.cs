namespace TokenDashboard.Pricing;

/// <summary>The time in which prices apply: from a day in UTC on, or between two times of day in UTC.</summary>
/// <param name="StartDate">The first day; null for a time of day.</param>
/// <param name="StartTime">The start of the time of day.</param>
/// <param name="EndTime">The end of the time of day; before the start if it is after midnight.</param>
internal sealed record PriceConstraint(DateTime? StartDate, TimeSpan StartTime = default, TimeSpan EndTime = default)
{
    public bool Holds(DateTime utc) => StartDate is { } date
        ? utc >= date
        : EndTime < StartTime ? utc.TimeOfDay >= StartTime || utc.TimeOfDay < EndTime : utc.TimeOfDay >= StartTime && utc.TimeOfDay < EndTime;
}

/// <summary>Rates and their constraint; without a constraint, they always apply.</summary>
internal sealed record ConditionalRates(PriceConstraint? Constraint, PriceRates Rates);

/// <summary>A discount on the prices of a list.</summary>
/// <param name="Provider">The provider of the requests, or null for all.</param>
/// <param name="Match">The names of models; null for all.</param>
/// <param name="Percent">The discount.</param>
/// <param name="StartDate">The first day in UTC.</param>
/// <param name="EndDate">The first day after it.</param>
internal sealed record PriceDiscount(string? Provider, MatchClause? Match, decimal Percent, DateTime StartDate, DateTime EndDate);
