namespace TokenDashboard.Pricing;

/// <summary>When prices apply: from a day in UTC on, or between two times of day in UTC, which can span midnight.</summary>
internal sealed record PriceConstraint(DateTime? StartDate, TimeSpan StartTime = default, TimeSpan EndTime = default)
{
    public bool Holds(DateTime utc) => StartDate is { } date
        ? utc >= date
        : EndTime < StartTime ? utc.TimeOfDay >= StartTime || utc.TimeOfDay < EndTime : utc.TimeOfDay >= StartTime && utc.TimeOfDay < EndTime;
}

/// <summary>Rates and their constraint. Without a constraint, they always apply.</summary>
internal sealed record ConditionalRates(PriceConstraint? Constraint, PriceRates Rates);

/// <summary>A discount in percent on the prices of a list, from a day in UTC until another day. Null means all providers or models.</summary>
internal sealed record PriceDiscount(string? Provider, MatchClause? Match, decimal Percent, DateTime StartDate, DateTime EndDate);
