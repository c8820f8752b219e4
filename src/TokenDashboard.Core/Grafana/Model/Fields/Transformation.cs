using System.Text.Json;
using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>What the browser does with a panel's results before it draws them. SQL does the same and differs less between versions of Grafana.</summary>
public sealed record Transformation
{
    private readonly JsonObject _options;

    private Transformation(string id, JsonObject options) => (Id, _options) = (id, options);

    /// <summary>Grafana's id of the transformation.</summary>
    public string Id { get; }

    /// <summary>Renames, leaves out and orders columns.</summary>
    /// <param name="rename">New names by old ones.</param>
    /// <param name="exclude">Columns to leave out.</param>
    /// <param name="order">Columns in their order.</param>
    public static Transformation Organize(
        IReadOnlyDictionary<string, string>? rename = null, IReadOnlyList<string>? exclude = null, IReadOnlyList<string>? order = null) => new("organize", new()
        {
            ["excludeByName"] = Json.Map(exclude ?? [], name => name, _ => true),
            ["indexByName"] = Json.Map((order ?? []).Select((name, index) => (name, index)), column => column.name, column => column.index),
            ["renameByName"] = Json.Map((rename ?? new Dictionary<string, string>()).OrderBy(pair => pair.Key, StringComparer.Ordinal), pair => pair.Key, pair => pair.Value),
        });

    /// <summary>Sorts rows by a column.</summary>
    public static Transformation SortBy(string column, bool descending = false) => new("sortBy", new()
    {
        ["fields"] = new JsonObject(), ["sort"] = new JsonArray(new JsonObject { ["field"] = column, ["desc"] = descending }),
    });

    /// <summary>Keeps the first rows.</summary>
    public static Transformation Limit(int rows) => new("limit", new() { ["limitField"] = rows });

    /// <summary>Puts the results of several queries into one table.</summary>
    public static Transformation Merge() => new("merge", []);

    /// <summary>One row for each combination of values in some columns, with calculations over others.</summary>
    /// <param name="columns">The columns to group by.</param>
    /// <param name="calculations">What is calculated, by column.</param>
    public static Transformation GroupBy(IReadOnlyList<string> columns, params IReadOnlyList<(string Column, Calculation Calculation)> calculations) => new("groupBy", new()
    {
        ["fields"] = Json.Of(
        [
            .. columns.Select(name => (name, (JsonNode?)new JsonObject { ["aggregations"] = new JsonArray(), ["operation"] = "groupby" })),
            .. calculations.GroupBy(item => item.Column).Select(group => (group.Key, (JsonNode?)new JsonObject
            {
                ["aggregations"] = Ids(group.Select(item => item.Calculation)), ["operation"] = "aggregate",
            })),
        ]),
    });

    /// <summary>One row for each series, with calculations over its values.</summary>
    public static Transformation Reduce(params IReadOnlyList<Calculation> calculations) => new("reduce", new()
    {
        ["reducers"] = Ids(calculations), ["mode"] = "seriesToRows", ["includeTimeField"] = false, ["labelsToFields"] = true,
    });

    /// <summary>Adds a column calculated from two others, or from one and a number.</summary>
    /// <param name="name">The new column.</param>
    /// <param name="left">A column or a number.</param>
    /// <param name="sign">One of <c>+ - * /</c>.</param>
    /// <param name="right">A column or a number.</param>
    public static Transformation Calculate(string name, string left, char sign, string right) => new("calculateField", new()
    {
        ["mode"] = "binary",
        ["alias"] = name,
        ["binary"] = new JsonObject { ["left"] = left, ["operator"] = sign.ToString(), ["reducer"] = "sum", ["right"] = right },
        ["reduce"] = new JsonObject { ["reducer"] = "sum" },
        ["replaceFields"] = false,
    });

    /// <summary>Keeps the rows whose number in a column is in a range, both ends included.</summary>
    public static Transformation KeepBetween(string column, double from, double to) => new("filterByValue", new()
    {
        ["filters"] = new JsonArray(new JsonObject
        {
            ["fieldName"] = column,
            ["config"] = new JsonObject { ["id"] = "between", ["options"] = new JsonObject { ["from"] = from, ["to"] = to } },
        }),
        ["match"] = "all",
        ["type"] = "include",
    });

    /// <summary>Turns the labels of series into columns.</summary>
    /// <param name="valueLabel">The label that names the column of values; null for none.</param>
    public static Transformation LabelsToColumns(string? valueLabel = null) => new("labelsToFields", Json.Of(("valueLabel", valueLabel)));

    /// <summary>A separate result for each combination of values in some columns. Requires Grafana 9.3 or later.</summary>
    public static Transformation Partition(params IReadOnlyList<string> columns) => new("partitionByValues", new() { ["fields"] = Json.List(columns) });

    /// <summary>Any transformation of Grafana.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="options">Its options, a JSON object.</param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardInvalid"/>: the options are not a JSON object.</exception>
    public static Transformation Raw(string id, string options)
    {
        try
        {
            return new Transformation(id, JsonInput.Parse(options) as JsonObject ?? throw new JsonException("it is not an object"));
        }
        catch (JsonException exception)
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardInvalid, $"The options of the transformation '{id}' cannot be read ({exception.Message}). Use a JSON object.", exception, id);
        }
    }

    internal JsonObject Write() => new() { ["id"] = Id, ["options"] = _options.DeepClone() };

    private static JsonArray Ids(IEnumerable<Calculation> calculations) => Json.List(calculations.Select(Legend.IdOf));
}
