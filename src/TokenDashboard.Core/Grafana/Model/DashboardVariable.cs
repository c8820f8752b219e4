namespace TokenDashboard.Grafana.Model;

/// <summary>A control above the panels whose value the queries use.</summary>
/// <param name="Name">The name in queries.</param>
/// <param name="Label">The text next to the control.</param>
/// <param name="Description">The purpose, in a sentence.</param>
public abstract record DashboardVariable(string Name, string Label, string Description)
{
    /// <summary>Whether the control is hidden.</summary>
    public bool Hidden { get; init; }
    internal abstract string Type { get; }

    /// <summary>The properties of the type, in addition to name, label and description.</summary>
    internal abstract JsonObject Write();

    private protected static JsonObject Option(string text, string value, bool selected = true) => new() { ["selected"] = selected, ["text"] = text, ["value"] = value };
}

/// <summary>Selects one of Grafana's data sources of a plugin. It has the name that Grafana's linter requires.</summary>
public sealed record DataSourceVariable(DataSourcePlugin Plugin) : DashboardVariable("datasource", "Data source", $"The {Plugin.Name} data source that reads the store.")
{
    internal override string Type => "datasource";
    internal override JsonObject Write() => new() { ["query"] = Plugin.Id, ["regex"] = "", ["refresh"] = 1, ["multi"] = false, ["includeAll"] = false };
}

/// <summary>
/// Selects any number of texts from a query with one text column, or all. The query runs again when the time range changes. AllValue is the
/// unquoted value in queries if all are selected; empty for the texts themselves. Without Multiple, it selects one text, by default the first.
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

/// <summary>
/// Selects one item of a fixed list, by default the value Default. A choice consists of the displayed text and the value for queries. Neither
/// can contain a comma.
/// </summary>
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

/// <summary>Accepts any text. The default is Default. Queries must quote it: <c>${name:sqlstring}</c>.</summary>
public sealed record TextBoxVariable(string Name, string Label, string Description, string Default = "") : DashboardVariable(Name, Label, Description)
{
    internal override string Type => "textbox";

    internal override JsonObject Write() => new()
    {
        ["query"] = Default, ["current"] = Option(Default, Default), ["options"] = new JsonArray(Option(Default, Default)),
    };
}
