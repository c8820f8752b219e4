using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>The display of values. Null keeps Grafana's default, or in a <see cref="FieldOverride"/> that of the panel.</summary>
/// <param name="Unit">The unit, one of <see cref="Units"/> or of Grafana's other ids.</param>
/// <param name="Decimals">Digits after the decimal point.</param>
/// <param name="Min">The value at the start of a dial, a bar or a color scale.</param>
/// <param name="Max">The value at the end of a dial, a bar or a color scale.</param>
/// <param name="DisplayName">The name shown instead of the column's; may contain <c>${__field.labels.x}</c>.</param>
/// <param name="NoValue">The text shown if there is no value.</param>
/// <param name="Color">How colors are chosen.</param>
/// <param name="Thresholds">The colors from certain values on, ascending. The first also applies to all values below it.</param>
/// <param name="ThresholdsInPercent">Whether thresholds are percentages between Min and Max, 0 to 100.</param>
/// <param name="TextColors">Colors of certain texts.</param>
/// <param name="Mappings">Values shown as another text or in another color.</param>
/// <param name="Links">Links on values.</param>
public sealed record FieldOptions(
    string? Unit = null, int? Decimals = null, double? Min = null, double? Max = null, string? DisplayName = null, string? NoValue = null,
    FieldColor? Color = null, IReadOnlyList<Threshold>? Thresholds = null, bool ThresholdsInPercent = false,
    IReadOnlyDictionary<string, string>? TextColors = null, IReadOnlyList<ValueMapping>? Mappings = null, IReadOnlyList<DataLink>? Links = null)
{
    /// <summary>The properties under Grafana's names, always in this order; null for those that are not set.</summary>
    internal IEnumerable<(string Name, JsonNode? Value)> Write() =>
    [
        ("unit", Unit), ("decimals", Decimals), ("min", Min), ("max", Max), ("displayName", DisplayName), ("noValue", NoValue), ("color", Color?.Write()),
        ("thresholds", Thresholds is null ? null : new JsonObject
        {
            ["mode"] = ThresholdsInPercent ? "percentage" : "absolute",
            ["steps"] = new JsonArray([.. Thresholds.Select((threshold, index) =>
                new JsonObject { ["color"] = threshold.Color, ["value"] = index == 0 ? null : threshold.From })]),
        }),
        ("mappings", TextColors is null && Mappings is null ? null : WriteMappings()),
        ("links", Links is null ? null : Json.List(Links, link => link.Write())),
    ];

    private JsonArray WriteMappings()
    {
        JsonArray mappings = [.. (Mappings ?? []).Select((mapping, index) => mapping.Write(index))];
        if (TextColors is not null)
        {
            int index = mappings.Count;
            mappings.Add(new JsonObject
            {
                ["type"] = "value",
                ["options"] = Json.Map(
                    TextColors.OrderBy(pair => pair.Key, StringComparer.Ordinal), pair => pair.Key, pair => new JsonObject { ["color"] = pair.Value, ["index"] = index++ }),
            });
        }
        return mappings;
    }
}

/// <summary>A color that applies from a value on.</summary>
/// <param name="From">The smallest value of this color, in the field's unit.</param>
/// <param name="Color">A name of Grafana's palette such as <c>green</c>, or <c>#rrggbb</c>.</param>
public sealed record Threshold(double From, string Color);

/// <summary>How Grafana chooses the color of a value or a series.</summary>
public sealed record FieldColor
{
    private readonly string _mode;
    private readonly string? _color;

    private FieldColor(string mode, string? color = null) => (_mode, _color) = (mode, color);

    /// <summary>By <see cref="FieldOptions.Thresholds"/>.</summary>
    public static FieldColor ByThreshold { get; } = new("thresholds");
    /// <summary>A color for each series, in order.</summary>
    public static FieldColor BySeries { get; } = new("palette-classic");
    /// <summary>From blue for the smallest to purple for the largest value.</summary>
    public static FieldColor BlueToPurple { get; } = new("continuous-BlPu");
    /// <summary>From the background for the smallest to dark blue for the largest value.</summary>
    public static FieldColor Blues { get; } = new("continuous-blues");

    /// <summary>One color.</summary>
    /// <param name="color">A name of Grafana's palette such as <c>blue</c>, or <c>#rrggbb</c>.</param>
    public static FieldColor Fixed(string color) => new("fixed", color);

    internal JsonObject Write() => Json.Of(("mode", _mode), ("fixedColor", _color));
}

/// <summary>A link on the values of a panel.</summary>
/// <param name="Title">The text of the link.</param>
/// <param name="Url">The address, <c>/d/</c> first for a dashboard; may contain <c>${__data.fields.Name}</c> and Grafana's other variables.</param>
/// <param name="NewTab">Whether the address opens in a new tab.</param>
public sealed record DataLink(string Title, string Url, bool NewTab = false)
{
    internal JsonObject Write() => new() { ["title"] = Title, ["url"] = Url, ["targetBlank"] = NewTab };
}
