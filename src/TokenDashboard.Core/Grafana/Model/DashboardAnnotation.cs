using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model.Panels;
using TokenDashboard.Grafana.Model.Variables;

namespace TokenDashboard.Grafana.Model;

/// <summary>Marks on the time axis of all panels, from a query.</summary>
/// <param name="Name">The text beside the switch that hides them.</param>
/// <param name="Sql">
/// A query with the column <c>time</c> (seconds since 1970) and any of <c>timeEnd</c>, <c>title</c>, <c>text</c> and <c>tags</c> (between
/// commas).
/// </param>
public sealed record DashboardAnnotation(string Name, string Sql)
{
    /// <summary>The colour: a name of Grafana's palette such as <c>red</c>, or <c>#rrggbb</c>.</summary>
    public string Color { get; init; } = "blue";

    /// <summary>Whether the marks are shown at first.</summary>
    public bool Enabled { get; init; } = true;

    internal JsonObject Write() => new()
    {
        ["datasource"] = DataSourceVariable.Reference,
        ["enable"] = Enabled,
        ["hide"] = false,
        ["iconColor"] = Color,
        ["name"] = Name,
        ["target"] = new SqliteQuery(Sql, "time", "timeEnd").Write("Anno"),
    };
}
