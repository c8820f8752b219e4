using TokenDashboard.Grafana.Rules;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Grafana.Proof;

/// <summary>How dashboards are tested.</summary>
public sealed record DashboardTestOptions
{
    /// <summary>The database to run queries on; null runs none.</summary>
    public string? Database { get; init; }

    /// <summary>How long one query may take; all of a dashboard together may take ten times as long.</summary>
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The time range; an end that is open is the dashboard's own.</summary>
    public TimeRange Range { get; init; } = TimeRange.All;

    /// <summary>The moment that counts as now.</summary>
    public DateTimeOffset Now { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>The zone of days in the dashboard's own time range.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Local;

    /// <summary>Values chosen for variables, in place of the dashboard's; an empty list is All.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Variables { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The ids of rules that are left out.</summary>
    public IReadOnlySet<string> Excluded { get; init; } = new HashSet<string>();

    /// <summary>Lesser findings and results are left out.</summary>
    public FindingSeverity Floor { get; init; }
}
