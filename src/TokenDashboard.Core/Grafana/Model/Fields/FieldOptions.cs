using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>How values are shown. What is null keeps Grafana's default, or in a <see cref="FieldOverride"/> the panel's.</summary>
public sealed record FieldOptions
{
    /// <summary>The unit, one of <see cref="Units"/> or of Grafana's other ids.</summary>
    public string? Unit { get; init; }

    /// <summary>Digits after the decimal point.</summary>
    public int? Decimals { get; init; }

    /// <summary>The value at the start of a dial, a bar or a color scale.</summary>
    public double? Min { get; init; }

    /// <summary>The value at the end of a dial, a bar or a color scale.</summary>
    public double? Max { get; init; }

    /// <summary>The name shown instead of the column's; may contain <c>${__field.labels.x}</c>.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The text shown if there is no value.</summary>
    public string? NoValue { get; init; }

    /// <summary>How colors are chosen.</summary>
    public FieldColor? Color { get; init; }

    /// <summary>The colors from certain values on, ascending. The first also applies to everything below it, whatever its value.</summary>
    public IReadOnlyList<Threshold>? Thresholds { get; init; }

    /// <summary>Whether thresholds are percentages between <see cref="Min"/> and <see cref="Max"/>, 0 to 100.</summary>
    public bool ThresholdsInPercent { get; init; }

    /// <summary>Colors of certain texts.</summary>
    public IReadOnlyDictionary<string, string>? TextColors { get; init; }

    /// <summary>Values shown as another text or in another color.</summary>
    public IReadOnlyList<ValueMapping>? Mappings { get; init; }

    /// <summary>Links on values.</summary>
    public IReadOnlyList<DataLink>? Links { get; init; }

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
/// <param name="Url">
/// The address; may contain <c>${__data.fields.Name}</c> and Grafana's other variables. Begin with <c>/d/</c> for a dashboard.
/// </param>
public sealed record DataLink(string Title, string Url)
{
    /// <summary>Whether the address opens in a new tab.</summary>
    public bool NewTab { get; init; }

    internal JsonObject Write() => new() { ["title"] = Title, ["url"] = Url, ["targetBlank"] = NewTab };
}
