namespace TokenDashboard.Grafana.Model;

/// <summary>A Grafana dashboard as data: its queries, its display and their order.</summary>
public sealed record Dashboard
{
    /// <summary>The identifier of the dashboard in Grafana: 1 to 40 of the characters a-z, A-Z, 0-9, - and _.</summary>
    public required string Uid { get; init; }
    /// <summary>The title.</summary>
    public required string Title { get; init; }
    /// <summary>The purpose of the dashboard, in a sentence or two.</summary>
    public required string Description { get; init; }
    /// <summary>Tags to find the dashboard by.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
    /// <summary>The controls above the panels, in this order. Panels read from the <see cref="DataSourceVariable"/>, which is required.</summary>
    public required IReadOnlyList<DashboardVariable> Variables { get; init; }
    /// <summary>The panels, from top to bottom.</summary>
    public required IReadOnlyList<DashboardSection> Sections { get; init; }
    /// <summary>Marks on the time axis.</summary>
    public IReadOnlyList<DashboardAnnotation> Annotations { get; init; } = [];
    /// <summary>The refresh interval, such as <c>5m</c>; empty for no automatic refresh.</summary>
    public string Refresh { get; init; } = "";
    /// <summary>Links next to the controls.</summary>
    public IReadOnlyList<DashboardLink> Links { get; init; } = [];
    /// <summary>The start of the default time range, in Grafana's notation such as <c>now-7d</c>.</summary>
    public string From { get; init; } = "now-7d";
    /// <summary>The end of the default time range.</summary>
    public string To { get; init; } = "now";

    internal DataSourcePlugin Plugin => Variables.OfType<DataSourceVariable>().Select(variable => variable.Plugin).FirstOrDefault(DataSourcePlugin.Sqlite);

    /// <summary>The dashboard as JSON that Grafana 9 to 13 read. For sharing, in the format of Grafana's import page, which prompts for the data source.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardInvalid"/>: Grafana would reject the dashboard. See the message.</exception>
    public DashboardDocument ToDocument(bool forSharing = false) =>
        DashboardDocument.FromObject(forSharing ? DashboardWriter.WriteForSharing(this) : DashboardWriter.Write(this));

    /// <summary>The text of <see cref="ToDocument"/>: JSON, indented by two blanks, with the keys always in the same order.</summary>
    public string ToJson(bool forSharing = false) => ToDocument(forSharing).Json;
}

/// <summary>Panels that belong together. They flow from left to right and wrap at the edge of Grafana's grid of 24 columns.</summary>
/// <param name="Title">The title of the row above the panels; empty for no row.</param>
/// <param name="Collapsed">Whether the row is initially closed. Panels of a closed row send no query until it is opened.</param>
/// <param name="Repeat">A variable with several values. The row and its panels are shown for each value. Empty for no repetition.</param>
/// <param name="Id">The row's number from 1000 on. Null derives it from the row's position. Set it for links to the row.</param>
public sealed record DashboardSection(string Title = "", bool Collapsed = false, string Repeat = "", int? Id = null)
{
    /// <summary>The panels in reading order.</summary>
    public required IReadOnlyList<Panel> Panels { get; init; }
}

/// <summary>Marks on the time axis of all panels, from a query.</summary>
/// <param name="Name">The text next to the switch that shows and hides the marks.</param>
/// <param name="Sql">
/// A query with the column <c>time</c> (in SQLite, seconds since 1970) and any of <c>timeEnd</c>, <c>title</c>, <c>text</c> and <c>tags</c> (separated by commas).
/// </param>
/// <param name="Color">The color: a name of Grafana's palette such as <c>red</c>, or <c>#rrggbb</c>.</param>
/// <param name="Enabled">Whether the marks are initially shown.</param>
public sealed record DashboardAnnotation(string Name, string Sql, string Color = "blue", bool Enabled = true)
{
    /// <summary>The plugin that runs the query.</summary>
    public DataSourcePlugin Plugin { get; init; } = DataSourcePlugin.Sqlite;

    internal JsonObject Write() => new()
    {
        ["datasource"] = Plugin.Reference, ["enable"] = Enabled, ["hide"] = false, ["iconColor"] = Color, ["name"] = Name,
        ["target"] = DataSourceQuery.Of(Plugin, Sql, "time", "timeEnd").Write("Anno"),
    };
}

/// <summary>
/// A link above the panels that keeps the time range: to an address, which begins with <c>/d/</c> for a dashboard, or with a tag, a menu of all
/// dashboards with this tag.
/// </summary>
public sealed record DashboardLink(string Title, string Url = "", string Tooltip = "", string Tag = "")
{
    internal JsonObject Write() => new()
    {
        ["title"] = Title, ["type"] = Tag.Length > 0 ? "dashboards" : "link", ["icon"] = Tag.Length > 0 ? "external link" : "dashboard",
        ["tooltip"] = Tooltip, ["url"] = Url, ["tags"] = Tag.Length > 0 ? new JsonArray(Tag) : new JsonArray(),
        ["asDropdown"] = Tag.Length > 0, ["targetBlank"] = false, ["includeVars"] = Tag.Length > 0, ["keepTime"] = true,
    };
}
