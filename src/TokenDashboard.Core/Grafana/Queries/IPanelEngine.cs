using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Queries;

/// <summary>An engine of dashboards and alert rules, which writes SQL for one of the plugins.</summary>
internal interface IPanelEngine
{
    DataSourcePlugin Plugin { get; }

    /// <summary>The variables that select names, and the hidden variables that they require.</summary>
    IReadOnlyList<QueryVariable> Names { get; }

    /// <summary>The hidden variables that queries can use, in the order in which Grafana must resolve them. Additional variables select single requests.</summary>
    IReadOnlyList<QueryVariable> Relations(IReadOnlyList<TimeZoneInfo> zones, bool singleRequests = false);

    DataSourceQuery CountQuery { get; }

    DataSourceQuery Write(PanelQuery query);

    /// <summary>The query of an alert rule. Each result is for one time, the end of the window, with a row for each name or one row for everything.</summary>
    DataSourceQuery Write(AlertRule rule);
}
