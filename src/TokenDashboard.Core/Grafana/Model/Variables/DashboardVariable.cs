using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Variables;

/// <summary>A control above the panels whose value the queries use.</summary>
/// <param name="Name">The name in queries.</param>
/// <param name="Label">The text beside the control.</param>
/// <param name="Description">What it does, in a sentence.</param>
public abstract record DashboardVariable(string Name, string Label, string Description)
{
    /// <summary>Whether nobody sees the control.</summary>
    public bool Hidden { get; init; }

    /// <summary>Grafana's name of the variable type.</summary>
    internal abstract string Type { get; }

    /// <summary>Adds what this type has beside name, label and description.</summary>
    internal abstract void WriteTo(JsonObject variable);

    private protected static JsonObject Option(string text, string value, bool selected) =>
        new() { ["selected"] = selected, ["text"] = text, ["value"] = value };
}
