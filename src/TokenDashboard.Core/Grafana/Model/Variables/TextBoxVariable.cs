using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Variables;

/// <summary>Takes any text. Queries must quote it: <c>${name:sqlstring}</c>.</summary>
/// <param name="Name"><inheritdoc cref="DashboardVariable" path="/param[@name='Name']"/></param>
/// <param name="Label"><inheritdoc cref="DashboardVariable" path="/param[@name='Label']"/></param>
/// <param name="Description"><inheritdoc cref="DashboardVariable" path="/param[@name='Description']"/></param>
/// <param name="Default">The text at first.</param>
public sealed record TextBoxVariable(string Name, string Label, string Description, string Default = "")
    : DashboardVariable(Name, Label, Description)
{
    internal override string Type => "textbox";

    internal override void WriteTo(JsonObject variable)
    {
        variable["query"] = Default;
        variable["current"] = Option(Default, Default, selected: true);
        variable["options"] = new JsonArray(Option(Default, Default, selected: true));
    }
}
