namespace TokenDashboard.Grafana.Model;

/// <summary>A control above the panels whose value the queries use.</summary>
/// <param name="Name">The name in queries.</param>
/// <param name="Label">The text beside the control.</param>
/// <param name="Description">What it does, in a sentence.</param>
public abstract record DashboardVariable(string Name, string Label, string Description)
{
    /// <summary>Whether the control is hidden.</summary>
    public bool Hidden { get; init; }
    internal abstract string Type { get; }

    /// <summary>What this type has beside name, label and description.</summary>
    internal abstract JsonObject Write();

    private protected static JsonObject Option(string text, string value, bool selected = true) => new() { ["selected"] = selected, ["text"] = text, ["value"] = value };
}

/// <summary>Chooses among Grafana's data sources of one plugin. It is named as Grafana's linter requires.</summary>
public sealed record DataSourceVariable(DataSourcePlugin Plugin) : DashboardVariable("datasource", "Data source", $"The {Plugin.Name} data source that reads the store.")
{
    internal override string Type => "datasource";
    internal override JsonObject Write() => new() { ["query"] = Plugin.Id, ["regex"] = "", ["refresh"] = 1, ["multi"] = false, ["includeAll"] = false };
}

/// <summary>
/// Chooses any number of texts that a query with one text column finds, or all. Its query runs again when the time range changes. AllValue is
/// what queries get, unquoted, while all are chosen; empty for the texts themselves. Without Multiple it is one text, at first the first.
/// </summary>
public sealed record QueryVariable(string Name, string Label, string Description, string Sql, string AllValue, bool Multiple = true)
    : DashboardVariable(Name, Label, Description)
{
    /// <summary>The options are read again when the time range changes.</summary>
    internal const int OnTimeRangeChange = 2;
    private const int AlphabeticalWithoutCase = 5;

    /// <summary>The plugin that runs the query.</summary>
    public DataSourcePlugin Plugin { get; init; } = DataSourcePlugin.Sqlite;
    internal override string Type => "query";

    internal override JsonObject Write() => Json.Of(
        ("datasource", Plugin.Reference), ("query", Sql), ("definition", Sql), ("refresh", OnTimeRangeChange), ("regex", ""),
        ("sort", AlphabeticalWithoutCase), ("multi", Multiple), ("includeAll", Multiple),
        ("allValue", Multiple && AllValue.Length > 0 ? AllValue : null),
        ("current", Multiple ? new JsonObject { ["selected"] = true, ["text"] = new JsonArray("All"), ["value"] = new JsonArray("$__all") } : null));
}

/// <summary>Chooses one of a fixed list, at first the value Default. A choice is what is shown and what queries get; neither may contain a comma.</summary>
public sealed record CustomVariable(
    string Name, string Label, string Description, string Default, IReadOnlyList<(string Text, string Value)> Choices) : DashboardVariable(Name, Label, Description)
{
    internal override string Type => "custom";

    internal override JsonObject Write() => new()
    {
        ["query"] = string.Join(", ", Choices.Select(choice => $"{choice.Text} : {choice.Value}")), ["multi"] = false, ["includeAll"] = false,
        ["allowCustomValue"] = false, ["current"] = Option(Choices.First(choice => choice.Value == Default).Text, Default),
        ["options"] = Json.List(Choices, choice => Option(choice.Text, choice.Value, choice.Value == Default)),
    };
}

/// <summary>Accepts any text; the default is Default. Queries must quote it: <c>${name:sqlstring}</c>.</summary>
public sealed record TextBoxVariable(string Name, string Label, string Description, string Default = "") : DashboardVariable(Name, Label, Description)
{
    internal override string Type => "textbox";

    internal override JsonObject Write() => new()
    {
        ["query"] = Default, ["current"] = Option(Default, Default), ["options"] = new JsonArray(Option(Default, Default)),
    };
}
