using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model.Plugins;

namespace TokenDashboard.Grafana.Model.Variables;

/// <summary>A control above the panels whose value the queries use.</summary>
/// <param name="Name">The name in queries.</param>
/// <param name="Label">The text beside the control.</param>
/// <param name="Description">What it does, in a sentence.</param>
public abstract record DashboardVariable(string Name, string Label, string Description)
{
    /// <summary>Whether the control is hidden.</summary>
    public bool Hidden { get; init; }

    /// <summary>Grafana's name of the variable type.</summary>
    internal abstract string Type { get; }

    /// <summary>What this type has beside name, label and description.</summary>
    internal abstract JsonObject Write();

    private protected static JsonObject Option(string text, string value, bool selected = true) => new() { ["selected"] = selected, ["text"] = text, ["value"] = value };
}

/// <summary>Chooses among Grafana's data sources of one plugin. It is named as Grafana's linter requires.</summary>
/// <param name="Plugin">The plugin.</param>
public sealed record DataSourceVariable(DataSourcePlugin Plugin) : DashboardVariable("datasource", "Data source", $"The {Plugin.Name} data source that reads the store.")
{
    /// <summary>Chooses among SQLite data sources.</summary>
    public DataSourceVariable()
        : this(DataSourcePlugin.Sqlite)
    {
    }

    internal override string Type => "datasource";

    internal override JsonObject Write() => new() { ["query"] = Plugin.Id, ["regex"] = "", ["refresh"] = 1, ["multi"] = false, ["includeAll"] = false };
}

/// <summary>Chooses any number of texts that a query finds, or all. Its query runs again when the time range changes.</summary>
/// <param name="Name"><inheritdoc cref="DashboardVariable" path="/param[@name='Name']"/></param>
/// <param name="Label"><inheritdoc cref="DashboardVariable" path="/param[@name='Label']"/></param>
/// <param name="Description"><inheritdoc cref="DashboardVariable" path="/param[@name='Description']"/></param>
/// <param name="Sql">A query with one text column.</param>
/// <param name="AllValue">What queries get, unquoted, instead of the chosen texts while all are chosen; empty for the texts themselves.</param>
public sealed record QueryVariable(string Name, string Label, string Description, string Sql, string AllValue) : DashboardVariable(Name, Label, Description)
{
    private const int OnTimeRangeChange = 2;
    private const int AlphabeticalWithoutCase = 5;

    /// <summary>The plugin that runs the query.</summary>
    public DataSourcePlugin Plugin { get; init; } = DataSourcePlugin.Sqlite;

    /// <summary>Whether several texts can be chosen. Otherwise it is one, by default the first, and never all.</summary>
    public bool Multiple { get; init; } = true;

    internal override string Type => "query";

    internal override JsonObject Write() => Json.Of(
        ("datasource", Plugin.Reference), ("query", Sql), ("definition", Sql), ("refresh", OnTimeRangeChange), ("regex", ""),
        ("sort", AlphabeticalWithoutCase), ("multi", Multiple), ("includeAll", Multiple),
        ("allValue", Multiple && AllValue.Length > 0 ? AllValue : null),
        ("current", Multiple ? new JsonObject { ["selected"] = true, ["text"] = new JsonArray("All"), ["value"] = new JsonArray("$__all") } : null));
}

/// <summary>Chooses one of a fixed list.</summary>
/// <param name="Name"><inheritdoc cref="DashboardVariable" path="/param[@name='Name']"/></param>
/// <param name="Label"><inheritdoc cref="DashboardVariable" path="/param[@name='Label']"/></param>
/// <param name="Description"><inheritdoc cref="DashboardVariable" path="/param[@name='Description']"/></param>
/// <param name="Default">The value chosen at first, one of <paramref name="Choices"/>.</param>
/// <param name="Choices">What is shown and what queries get. Neither may contain a comma.</param>
public sealed record CustomVariable(
    string Name, string Label, string Description, string Default, IReadOnlyList<(string Text, string Value)> Choices) : DashboardVariable(Name, Label, Description)
{
    internal override string Type => "custom";

    internal override JsonObject Write() => new()
    {
        ["query"] = string.Join(", ", Choices.Select(choice => $"{choice.Text} : {choice.Value}")),
        ["multi"] = false,
        ["includeAll"] = false,
        ["allowCustomValue"] = false,
        ["current"] = Option(Choices.First(choice => choice.Value == Default).Text, Default),
        ["options"] = Json.List(Choices, choice => Option(choice.Text, choice.Value, choice.Value == Default)),
    };
}

/// <summary>Takes any text. Queries must quote it: <c>${name:sqlstring}</c>.</summary>
/// <param name="Name"><inheritdoc cref="DashboardVariable" path="/param[@name='Name']"/></param>
/// <param name="Label"><inheritdoc cref="DashboardVariable" path="/param[@name='Label']"/></param>
/// <param name="Description"><inheritdoc cref="DashboardVariable" path="/param[@name='Description']"/></param>
/// <param name="Default">The text at first.</param>
public sealed record TextBoxVariable(string Name, string Label, string Description, string Default = "") : DashboardVariable(Name, Label, Description)
{
    internal override string Type => "textbox";

    internal override JsonObject Write() => new()
    {
        ["query"] = Default, ["current"] = Option(Default, Default), ["options"] = new JsonArray(Option(Default, Default)),
    };
}
