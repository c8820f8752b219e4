using System.Globalization;
using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Parsing;

/// <summary>A panel of a dashboard from anywhere.</summary>
/// <param name="Json">The panel.</param>
/// <param name="Row">The row the panel stands in while that is closed, or null.</param>
internal sealed record ReadPanel(JsonObject Json, JsonObject? Row)
{
    internal int? Id => Json.Number("id") is { } id && id == Math.Truncate(id) && Math.Abs(id) < int.MaxValue ? (int)id : null;

    /// <summary>Whether it stands in Grafana's library, and here only a copy of it or nothing.</summary>
    internal bool OfLibrary => Json.Child("libraryPanel") is JsonObject;

    internal string Type => Json.Text("type");

    internal string Title => Json.Text("title");

    internal JsonNode? Defaults => Json.Child("fieldConfig").Child("defaults");

    internal IEnumerable<JsonObject> Overrides => Json.Child("fieldConfig").Objects("overrides");

    /// <summary>The variables for whose values Grafana repeats the panel, of its row and its own.</summary>
    internal required IReadOnlyList<string> Repeats { get; init; }

    /// <summary>The queries of the SQLite data source that are not switched off.</summary>
    internal required IReadOnlyList<ReadTarget> Targets { get; init; }

    /// <summary>The data sources of the other queries, each once.</summary>
    internal required IReadOnlyList<string> OtherSources { get; init; }

    /// <summary>The panel as a message names it.</summary>
    internal string Label => Title.Length > 0 ? Title : string.Create(CultureInfo.InvariantCulture, $"{(Type.Length > 0 ? Type : "panel")} {Id}");

    /// <summary>Whether an override sets a property for some column.</summary>
    internal bool HasOverride(string property) => Overrides.SelectMany(item => item.Objects("properties")).Any(item => item.Text("id") == property);
}
