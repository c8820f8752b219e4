using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Queries;

/// <summary>An engine, as dashboards and alert rules see it: what writes SQL for one of the plugins.</summary>
internal interface IPanelEngine
{
    DataSourcePlugin Plugin { get; }

    /// <summary>The variables by which names are chosen, and hidden ones that these need.</summary>
    IReadOnlyList<QueryVariable> Names { get; }

    /// <summary>The hidden variables that queries can use, in the order in which Grafana must resolve them. Single requests are also chosen by their own variables.</summary>
    IReadOnlyList<QueryVariable> Relations(IReadOnlyList<TimeZoneInfo> zones, bool singleRequests = false);

    DataSourceQuery CountQuery { get; }

    DataSourceQuery Write(PanelQuery query);

    /// <summary>The query of an alert rule: each result is one time, the end of the window, with a row for each name or one for everything.</summary>
    DataSourceQuery Write(AlertRule rule);
}
