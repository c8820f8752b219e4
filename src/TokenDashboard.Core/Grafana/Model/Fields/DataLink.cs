using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>A link on the values of a panel.</summary>
/// <param name="Title">The text of the link.</param>
/// <param name="Url">
/// The address; may hold <c>${__data.fields.Name}</c> and Grafana's other variables. Begin at <c>/d/</c> for a dashboard.
/// </param>
public sealed record DataLink(string Title, string Url)
{
    /// <summary>Whether the address opens in a tab of its own.</summary>
    public bool NewTab { get; init; }

    internal JsonObject Write() => new() { ["title"] = Title, ["url"] = Url, ["targetBlank"] = NewTab };
}
