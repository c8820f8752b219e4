using TokenDashboard.Grafana.Model.Variables;

namespace TokenDashboard.Grafana.Model;

/// <summary>A Grafana dashboard as data: what it asks, how it shows the answers and in which order. Its JSON is for Grafana 9 to 13.</summary>
public sealed record Dashboard
{
    /// <summary>The name Grafana knows the dashboard by: 1 to 40 of the characters a-z, A-Z, 0-9, - and _.</summary>
    public required string Uid { get; init; }

    /// <summary>The title.</summary>
    public required string Title { get; init; }

    /// <summary>What the dashboard is for, in a sentence or two.</summary>
    public required string Description { get; init; }

    /// <summary>Tags to find the dashboard by.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The controls above the panels, in this order. Panels read from the <see cref="DataSourceVariable"/>, so it must be there.</summary>
    public required IReadOnlyList<DashboardVariable> Variables { get; init; }

    /// <summary>The panels, from top to bottom.</summary>
    public required IReadOnlyList<DashboardSection> Sections { get; init; }

    /// <summary>Marks on the time axis.</summary>
    public IReadOnlyList<DashboardAnnotation> Annotations { get; init; } = [];

    /// <summary>How often everything is asked again, such as <c>5m</c>; empty for only when somebody asks.</summary>
    public string Refresh { get; init; } = "";

    /// <summary>Links beside the controls.</summary>
    public IReadOnlyList<DashboardLink> Links { get; init; } = [];

    /// <summary>The beginning of the time range shown at first, in Grafana's notation such as <c>now-7d</c>.</summary>
    public string From { get; init; } = "now-7d";

    /// <summary>The end of the time range shown at first.</summary>
    public string To { get; init; } = "now";

    /// <summary>The dashboard as JSON that Grafana 9 to 13 read, with what else can be done with it: see <see cref="DashboardDocument"/>.</summary>
    /// <param name="forSharing">Whether the JSON is for import by hand on Grafana's import page, which then asks for the data source.</param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardInvalid"/>: Grafana would not take it; the message says why.</exception>
    public DashboardDocument ToDocument(bool forSharing = false) =>
        DashboardDocument.FromObject(forSharing ? SharingForm.Write(this) : DashboardWriter.Write(this));

    /// <summary>The text of <see cref="ToDocument"/>: JSON with two blanks of indentation and its keys always in the same order.</summary>
    /// <param name="forSharing"><inheritdoc cref="ToDocument" path="/param[@name='forSharing']"/></param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardInvalid"/>: Grafana would not take it; the message says why.</exception>
    public string ToJson(bool forSharing = false) => ToDocument(forSharing).Json;
}
