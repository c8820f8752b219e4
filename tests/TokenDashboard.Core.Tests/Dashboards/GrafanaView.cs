using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TokenDashboard.Dashboards;

namespace TokenDashboard.Tests.Dashboards;

/// <summary>
/// A dashboard as somebody looks at it: a time range and chosen variables. Re-enacts what Grafana's browser part makes of a query, what
/// the plugin makes of the rest, and checks that the plugin could turn the result into frames.
/// </summary>
internal sealed partial class GrafanaView(DashboardDocument dashboard, DateTimeOffset from, DateTimeOffset to)
{
    /// <summary>What is chosen, by variable; variables not named here have their initial value. An empty list is All.</summary>
    public Dictionary<string, string[]> Chosen { get; } = [];

    /// <summary>Whether <c>:sqlstring</c> also puts a backslash before a double quote, as Grafana does from 10.2 on.</summary>
    public bool EscapesDoubleQuotes { get; init; } = true;

    private IEnumerable<JsonObject> Variables => dashboard.Root["templating"]!["list"]!.AsArray().Cast<JsonObject>();

    /// <summary>The titles of all panels that ask something.</summary>
    public static IEnumerable<string> PanelTitles(DashboardDocument dashboard) => Panels(dashboard).Select(panel => (string)panel["title"]!);

    /// <summary>The names of all variables that ask something.</summary>
    public static IEnumerable<string> QueryVariables(DashboardDocument dashboard) => dashboard.Root["templating"]!["list"]!.AsArray()
        .Where(variable => (string)variable!["type"]! == "query").Select(variable => (string)variable!["name"]!);

    /// <summary>All panels without rows.</summary>
    public static IEnumerable<JsonObject> Panels(DashboardDocument dashboard) => dashboard.Root["panels"]!.AsArray().Cast<JsonObject>()
        .SelectMany(panel => (string)panel["type"]! == "row" ? panel["panels"]!.AsArray().Cast<JsonObject>() : [panel]);

    /// <summary>What the panel gets to show.</summary>
    public QueryResult Panel(TestStore store, string title)
    {
        JsonNode target = Panels(dashboard).Single(panel => (string)panel["title"]! == title)["targets"]!.AsArray().Single()!;
        QueryResult result = QueryResult.Of(store, Interpolate((string)target["rawQueryText"]!));
        CheckFrames(target, result);
        return result;
    }

    /// <summary>The texts the variable offers.</summary>
    public IReadOnlyList<string> Options(TestStore store, string name)
    {
        QueryResult result = QueryResult.Of(store, Interpolate((string)Variables.Single(variable => (string)variable["name"]! == name)["query"]!));
        return result.Column<string>(Assert.Single(result.Columns));
    }

    /// <summary>The SQL that reaches SQLite.</summary>
    public string Interpolate(string sql)
    {
        // A name that is no variable, a macro for one, reaches SQLite as it is and fails there.
        return Expression().Replace(sql, match => match.Groups["name"].Value switch
        {
            // The browser's values have milliseconds; the plugin's own would be whole seconds.
            "__from" => from.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            "__to" => to.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            var name when Variables.Any(variable => (string)variable["name"]! == name) => ValueOf(name, match.Groups["format"].Value),
            _ => match.Value,
        });
    }

    private string ValueOf(string name, string format)
    {
        JsonObject variable = Variables.Single(variable => (string)variable["name"]! == name);
        bool multi = (bool)variable["multi"]!;
        if (!Chosen.TryGetValue(name, out string[]? values))
        {
            JsonNode current = variable["current"]!["value"]!;
            values = current is JsonArray ? [] : [(string)current!];
        }
        if (multi && values.Length == 0)
        {
            // A custom "all" value is inserted as it is.
            return (string)variable["allValue"]!;
        }
        return format switch
        {
            "sqlstring" => string.Join(",", values.Select(value => $"'{Escape(value)}'")),
            "raw" => string.Join(",", values),
            _ => throw new InvalidOperationException($"The format '{format}' of the variable {name} is not safe in SQL."),
        };
    }

    private string Escape(string value)
    {
        string escaped = value.Replace("'", "''", StringComparison.Ordinal);
        return EscapesDoubleQuotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static void CheckFrames(JsonNode target, QueryResult result)
    {
        string[] timeColumns = [.. target["timeColumns"]!.AsArray().Select(column => (string)column!)];
        Assert.All(timeColumns, column => Assert.Contains(column, result.Columns));
        foreach (string column in result.Columns)
        {
            // The first value decides the type of a column; another type later would be cut off or lost.
            int types = result.Column<object?>(column).OfType<object>().Select(value => value.GetType()).Distinct().Count();
            Assert.True(types <= 1, $"{column} has mixed types.");
        }
        foreach (string column in timeColumns)
        {
            Assert.All(
                result.Column<object>(column),
                value => Assert.True(value is long || Rfc3339().IsMatch((string)value), $"{value} is no time."));
        }
        if ((string)target["queryType"]! != "time series")
        {
            return;
        }
        string time = Assert.Single(timeColumns);
        IReadOnlyList<long> times = result.Column<long>(time);
        Assert.Equal(times.Order(), times);
        string[] labels = [.. result.Columns.Where(column => result.Column<object?>(column).Any(value => value is string))];
        List<string> keys = [.. result.Rows.Select(row => string.Join('\0', labels.Append(time).Select(key => row[Array.IndexOf(result.Columns, key)])))];
        Assert.Equal(keys.Count, keys.Distinct().Count());
    }

    [GeneratedRegex(@"\$\{(?<name>\w+)(?::(?<format>\w+))?\}|\$(?<name>\w+)")]
    private static partial Regex Expression();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")]
    private static partial Regex Rfc3339();
}
