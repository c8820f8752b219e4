using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Grafana.Catalog;

/// <summary>The context of a dashboard. A server can have dashboards of several engines. A uid replaces the dashboard's default.</summary>
internal sealed record CatalogPlace(IPanelEngine Engine, string Name, string? Uid, IReadOnlyList<TimeZoneInfo> Zones)
{
    // The first engine has no suffix.
    private bool IsSqlite => Engine.Plugin == DataSourcePlugin.Sqlite;

    internal string Self => Uid ?? UidOf(Name);

    internal string Requests => Name == RequestsDashboard.Name ? Self : UidOf(RequestsDashboard.Name);

    /// <summary>The tag of the dashboards that the menu of each dashboard lists.</summary>
    internal string Tag => IsSqlite ? "tokendashboard" : $"tokendashboard-{Engine.Plugin.Name.ToLowerInvariant()}";

    /// <summary>The end of all links to a dashboard itself. Grafana resets variables that are not in the link to their first value.</summary>
    internal string SameView => $"${{datasource:queryparam}}{(IsSqlite ? "" : "&${source:queryparam}")}&${{bucket:queryparam}}&${{zone:queryparam}}";

    /// <summary>The variables of every dashboard, in the order of its controls.</summary>
    internal IReadOnlyList<DashboardVariable> Variables => [new DataSourceVariable(Engine.Plugin), .. Engine.Names, RequestVariables.Bucket, TimeZones.Variable(Zones)];

    internal Dashboard Dashboard(string title, string description) => new()
    {
        // Grafana does not accept two dashboards with the same title in a folder that comes from files.
        Uid = Self, Title = IsSqlite ? title : $"{title} ({Engine.Plugin.Name})", Description = description, Tags = [Tag], Links = PanelStyle.Links(this), Variables = Variables, Sections = [],
    };

    private string UidOf(string name) => $"tokendashboard-{name.ToLowerInvariant()}{(IsSqlite ? "" : "-" + Engine.Plugin.Name.ToLowerInvariant())}";
}
