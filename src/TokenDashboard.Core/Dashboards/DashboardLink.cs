using System.Text.Json.Nodes;

namespace TokenDashboard.Dashboards;

/// <summary>A link above the panels. It keeps the time range.</summary>
/// <param name="Title">The text of the link.</param>
/// <param name="Url">The address. Begin at <c>/d/</c> for a dashboard.</param>
public sealed record DashboardLink(string Title, string Url)
{
    /// <summary>What the link does, shown when the mouse rests on it.</summary>
    public string Tooltip { get; init; } = "";

    internal JsonObject Write() => new()
    {
        ["title"] = Title,
        ["type"] = "link",
        ["icon"] = "dashboard",
        ["tooltip"] = Tooltip,
        ["url"] = Url,
        ["tags"] = new JsonArray(),
        ["asDropdown"] = false,
        ["targetBlank"] = false,
        ["includeVars"] = false,
        ["keepTime"] = true,
    };
}
