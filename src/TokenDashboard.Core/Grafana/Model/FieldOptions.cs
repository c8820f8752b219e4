namespace TokenDashboard.Grafana.Model;

/// <summary>The display of values. Null keeps Grafana's default or, in a <see cref="FieldOverride"/>, the value of the panel.</summary>
/// <param name="Unit">The unit, one of <see cref="Units"/> or of Grafana's other ids.</param>
/// <param name="Decimals">The number of digits after the decimal point.</param>
/// <param name="Min">The value at the start of a dial, a bar or a color scale.</param>
/// <param name="Max">The value at the end of a dial, a bar or a color scale.</param>
/// <param name="DisplayName">The displayed name of the column. It can contain <c>${__field.labels.x}</c>.</param>
/// <param name="NoValue">The text shown if there is no value.</param>
/// <param name="Color">The color mode.</param>
/// <param name="Thresholds">The colors from certain values on, ascending. The first one also applies to all values below it.</param>
/// <param name="ThresholdsInPercent">Whether thresholds are percentages between Min and Max, 0 to 100.</param>
/// <param name="Mappings">Values that are shown as another text or in another color.</param>
/// <param name="Links">Links on values.</param>
public sealed record FieldOptions(
    string? Unit = null, int? Decimals = null, double? Min = null, double? Max = null, string? DisplayName = null, string? NoValue = null,
    FieldColor? Color = null, IReadOnlyList<Threshold>? Thresholds = null, bool ThresholdsInPercent = false,
    IReadOnlyList<ValueMapping>? Mappings = null, IReadOnlyList<DataLink>? Links = null)
{
    /// <summary>The properties with Grafana's names, always in this order; null for properties that are not set.</summary>
    internal IEnumerable<(string Name, JsonNode? Value)> Write() =>
    [
        ("unit", GrafanaVersions.Unit(Unit)), ("decimals", Decimals), ("min", Min), ("max", Max), ("displayName", DisplayName), ("noValue", NoValue), ("color", Color?.Write()),
        ("thresholds", Thresholds is null ? null : new JsonObject
        {
            ["mode"] = ThresholdsInPercent ? "percentage" : "absolute",
            ["steps"] = new JsonArray([.. Thresholds.Select((threshold, index) =>
                new JsonObject { ["color"] = threshold.Color, ["value"] = index == 0 ? null : threshold.From })]),
        }),
        ("mappings", Mappings is null ? null : new JsonArray([.. Mappings.Select((mapping, index) => mapping.Write(index))])),
        ("links", Links is null ? null : Json.List(Links, link => link.Write())),
    ];
}

/// <summary>A color that applies from a value on: a name of Grafana's palette such as <c>green</c>, or <c>#rrggbb</c>.</summary>
public sealed record Threshold(double From, string Color);

/// <summary>How Grafana chooses the color of a value or a series.</summary>
public sealed record FieldColor(string Mode, string? Color = null)
{
    /// <summary>By <see cref="FieldOptions.Thresholds"/>.</summary>
    public static FieldColor ByThreshold { get; } = new("thresholds");
    /// <summary>A color for each series, in order.</summary>
    public static FieldColor BySeries { get; } = new("palette-classic");
    /// <summary>From blue for the smallest to purple for the largest value.</summary>
    public static FieldColor BlueToPurple { get; } = new("continuous-BlPu");
    /// <summary>From the background for the smallest to dark blue for the largest value.</summary>
    public static FieldColor Blues { get; } = new("continuous-blues");

    /// <summary>One color: a name of Grafana's palette such as <c>blue</c>, or <c>#rrggbb</c>.</summary>
    public static FieldColor Fixed(string color) => new("fixed", color);

    internal JsonObject Write() => Json.Of(("mode", Mode), ("fixedColor", Color));
}

/// <summary>
/// A link on values or in a panel's corner. The address begins with <c>/d/</c> for a dashboard, and can contain <c>${__data.fields.Name}</c>
/// and Grafana's other variables.
/// </summary>
public sealed record DataLink(string Title, string Url, bool NewTab = false)
{
    internal JsonObject Write() => new() { ["title"] = Title, ["url"] = Url, ["targetBlank"] = NewTab };
}
