using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Variables;

/// <summary>Chooses any number of texts a query finds, or all. Its query runs again when the time range changes.</summary>
/// <param name="Name"><inheritdoc cref="DashboardVariable" path="/param[@name='Name']"/></param>
/// <param name="Label"><inheritdoc cref="DashboardVariable" path="/param[@name='Label']"/></param>
/// <param name="Description"><inheritdoc cref="DashboardVariable" path="/param[@name='Description']"/></param>
/// <param name="Sql">A query with one text column.</param>
/// <param name="AllValue">What queries get, unquoted, in place of the chosen texts while all are chosen; empty for the texts themselves.</param>
public sealed record QueryVariable(string Name, string Label, string Description, string Sql, string AllValue)
    : DashboardVariable(Name, Label, Description)
{
    /// <summary>Whether several texts can be chosen. Otherwise it is one, at first the first, and never all.</summary>
    public bool Multiple { get; init; } = true;

    private const int OnTimeRangeChange = 2;
    private const int AlphabeticalWithoutCase = 5;

    internal override string Type => "query";

    internal override void WriteTo(JsonObject variable)
    {
        variable["datasource"] = DataSourceVariable.Reference;
        variable["query"] = Sql;
        variable["definition"] = Sql;
        variable["refresh"] = OnTimeRangeChange;
        variable["regex"] = "";
        variable["sort"] = AlphabeticalWithoutCase;
        variable["multi"] = Multiple;
        variable["includeAll"] = Multiple;
        if (!Multiple)
        {
            return;
        }
        if (AllValue.Length > 0)
        {
            variable["allValue"] = AllValue;
        }
        variable["current"] = new JsonObject
        {
            ["selected"] = true,
            ["text"] = new JsonArray("All"),
            ["value"] = new JsonArray("$__all"),
        };
    }
}
