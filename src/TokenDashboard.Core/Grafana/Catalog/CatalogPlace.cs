using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Grafana.Catalog;

/// <summary>What a dashboard needs to know of its surroundings. Dashboards of several engines can stand on one server; a uid replaces the dashboard's own.</summary>
internal sealed record CatalogPlace(IPanelEngine Engine, string Name, string? Uid, IReadOnlyList<TimeZoneInfo> Zones)
{
    // The first one has no suffix.
    private bool IsSqlite => Engine.Plugin == DataSourcePlugin.Sqlite;

    internal string Self => Uid ?? UidOf(Name);

    internal string Requests => Name == RequestsDashboard.Name ? Self : UidOf(RequestsDashboard.Name);

    /// <summary>Which dashboards the menu of each dashboard lists.</summary>
    internal string Tag => IsSqlite ? "tokendashboard" : $"tokendashboard-{Engine.Plugin.Name.ToLowerInvariant()}";

    /// <summary>All links to a dashboard itself end in this: Grafana sets a variable that they do not mention back to its first value.</summary>
    internal string SameView => $"${{datasource:queryparam}}{(IsSqlite ? "" : "&${source:queryparam}")}&${{bucket:queryparam}}&${{zone:queryparam}}";

    /// <summary>The variables of every dashboard, in the order of its controls.</summary>
    internal IReadOnlyList<DashboardVariable> Variables => [new DataSourceVariable(Engine.Plugin), .. Engine.Names, RequestVariables.Bucket, TimeZones.Variable(Zones)];

    internal Dashboard Dashboard(string title, string description) => new()
    {
        // Grafana has no two of one title in a folder that comes from files.
        Uid = Self, Title = IsSqlite ? title : $"{title} ({Engine.Plugin.Name})", Description = description, Tags = [Tag], Links = PanelStyle.Links(this), Variables = Variables, Sections = [],
    };

    private string UidOf(string name) => $"tokendashboard-{name.ToLowerInvariant()}{(IsSqlite ? "" : "-" + Engine.Plugin.Name.ToLowerInvariant())}";
}
