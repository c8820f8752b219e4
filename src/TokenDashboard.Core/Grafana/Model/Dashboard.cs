namespace TokenDashboard.Grafana.Model;

/// <summary>A Grafana dashboard as data: its queries, its display and their order.</summary>
internal sealed record Dashboard
{
    internal required string Uid { get; init; }
    internal required string Title { get; init; }
    internal required string Description { get; init; }
    /// <summary>Tags to find the dashboard by.</summary>
    internal IReadOnlyList<string> Tags { get; init; } = [];
    /// <summary>The controls above the panels, in this order. Panels read from the <see cref="DataSourceVariable"/>, so it must be there.</summary>
    internal required IReadOnlyList<DashboardVariable> Variables { get; init; }
    /// <summary>The panels, from top to bottom.</summary>
    internal required IReadOnlyList<DashboardSection> Sections { get; init; }
    /// <summary>Marks on the time axis.</summary>
    internal IReadOnlyList<DashboardAnnotation> Annotations { get; init; } = [];
    /// <summary>How often the dashboard is refreshed, such as <c>5m</c>; empty for no automatic refresh.</summary>
    internal string Refresh { get; init; } = "";
    /// <summary>Links beside the controls.</summary>
    internal IReadOnlyList<DashboardLink> Links { get; init; } = [];
    /// <summary>The start of the time range shown at first, in Grafana's notation.</summary>
    internal string From { get; init; } = "now-7d";
    internal string To { get; init; } = "now";

    internal DataSourcePlugin Plugin => Variables.OfType<DataSourceVariable>().Select(variable => variable.Plugin).FirstOrDefault(DataSourcePlugin.Sqlite);

    /// <summary>The dashboard as JSON that Grafana 9 to 13 read; for sharing, in the form for Grafana's import page, which prompts for the data source.</summary>
    internal DashboardDocument ToDocument(bool forSharing = false) =>
        DashboardDocument.FromObject(forSharing ? DashboardWriter.WriteForSharing(this) : DashboardWriter.Write(this));
}

/// <summary>
/// Panels that belong together. They flow from left to right and wrap at the edge of Grafana's grid of 24 columns. With a title, there is a row above
/// them: its number is from 1000 on, or null for one derived from its place among the rows. Panels of a closed row send no query until it is opened. A
/// row is repeated for each value of a variable.
/// </summary>
internal sealed record DashboardSection(string Title = "", bool Collapsed = false, string Repeat = "", int? Id = null)
{
    internal required IReadOnlyList<Panel> Panels { get; init; }
}

/// <summary>Marks on the time axis, from a query with the column time (seconds since 1970) and any of timeEnd, title, text and tags (between commas).</summary>
internal sealed record DashboardAnnotation(string Name, string Sql, string Color = "blue", bool Enabled = true)
{
    internal JsonObject Write() => new()
    {
        ["datasource"] = DataSourcePlugin.Sqlite.Reference, ["enable"] = Enabled, ["hide"] = false, ["iconColor"] = Color, ["name"] = Name,
        ["target"] = new SqliteQuery(Sql, "time", "timeEnd").Write("Anno"),
    };
}

/// <summary>A link above the panels that keeps the time range: to an address, <c>/d/</c> first for a dashboard, or with a tag a menu of all dashboards that have it.</summary>
internal sealed record DashboardLink(string Title, string Url = "", string Tooltip = "", string Tag = "")
{
    internal JsonObject Write() => new()
    {
        ["title"] = Title, ["type"] = Tag.Length > 0 ? "dashboards" : "link", ["icon"] = Tag.Length > 0 ? "external link" : "dashboard",
        ["tooltip"] = Tooltip, ["url"] = Url, ["tags"] = Tag.Length > 0 ? new JsonArray(Tag) : new JsonArray(),
        ["asDropdown"] = Tag.Length > 0, ["targetBlank"] = false, ["includeVars"] = Tag.Length > 0, ["keepTime"] = true,
    };
}
