using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model;

/// <summary>A link above the panels. It keeps the time range.</summary>
/// <param name="Title">The text of the link.</param>
/// <param name="Url">The address. Begin at <c>/d/</c> for a dashboard. Empty for a menu of dashboards by their tag.</param>
public sealed record DashboardLink(string Title, string Url)
{
    /// <summary>What the link does, shown when the mouse rests on it.</summary>
    public string Tooltip { get; init; } = "";

    /// <summary>The tag of the dashboards in the menu; empty for a link to one address.</summary>
    public string Tag { get; private init; } = "";

    /// <summary>A menu of all dashboards with a tag. Going to one keeps the time range and the variables.</summary>
    /// <param name="title">The text of the menu.</param>
    /// <param name="tag">The tag.</param>
    public static DashboardLink Menu(string title, string tag) => new(title, "") { Tag = tag };

    internal JsonObject Write() => new()
    {
        ["title"] = Title,
        ["type"] = Tag.Length > 0 ? "dashboards" : "link",
        ["icon"] = Tag.Length > 0 ? "external link" : "dashboard",
        ["tooltip"] = Tooltip,
        ["url"] = Url,
        ["tags"] = Tag.Length > 0 ? new JsonArray(Tag) : new JsonArray(),
        ["asDropdown"] = Tag.Length > 0,
        ["targetBlank"] = false,
        ["includeVars"] = Tag.Length > 0,
        ["keepTime"] = true,
    };
}
