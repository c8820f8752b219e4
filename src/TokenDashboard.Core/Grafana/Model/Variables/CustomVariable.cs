using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Variables;

/// <summary>Chooses one of a fixed list.</summary>
/// <param name="Name"><inheritdoc cref="DashboardVariable" path="/param[@name='Name']"/></param>
/// <param name="Label"><inheritdoc cref="DashboardVariable" path="/param[@name='Label']"/></param>
/// <param name="Description"><inheritdoc cref="DashboardVariable" path="/param[@name='Description']"/></param>
/// <param name="Default">The value chosen at first, one of <paramref name="Choices"/>.</param>
/// <param name="Choices">What is shown and what queries get. Neither may hold a comma.</param>
public sealed record CustomVariable(
    string Name, string Label, string Description, string Default, IReadOnlyList<(string Text, string Value)> Choices)
    : DashboardVariable(Name, Label, Description)
{
    internal override string Type => "custom";

    internal override void WriteTo(JsonObject variable)
    {
        variable["query"] = string.Join(", ", Choices.Select(choice => $"{choice.Text} : {choice.Value}"));
        variable["multi"] = false;
        variable["includeAll"] = false;
        variable["allowCustomValue"] = false;
        variable["current"] = Option(Choices.First(choice => choice.Value == Default).Text, Default, selected: true);
        variable["options"] = new JsonArray([.. Choices.Select(choice => Option(choice.Text, choice.Value, choice.Value == Default))]);
    }
}
