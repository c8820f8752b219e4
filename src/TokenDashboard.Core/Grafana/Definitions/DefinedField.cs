using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Input;

namespace TokenDashboard.Grafana.Definitions;

internal static partial class DefinedField
{
    private static readonly string[] Hues = ["red", "orange", "yellow", "green", "blue", "purple"];

    private static readonly Dictionary<string, FieldColor> ColorModes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["thresholds"] = FieldColor.ByThreshold, ["series"] = FieldColor.BySeries, ["blues"] = FieldColor.Blues, ["blueToPurple"] = FieldColor.BlueToPurple,
    };

    private static readonly HashSet<string> Palette = new(
        [
            .. Hues.SelectMany(hue => (string[])[hue, $"super-light-{hue}", $"light-{hue}", $"semi-dark-{hue}", $"dark-{hue}"]),
            "text", "transparent", "white", "black", "gray",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The options of a panel or override. Thresholds have an effect only with their color mode.</summary>
    internal static FieldOptions Read(DefinitionFields read) => new()
    {
        Unit = Unit(read), Decimals = read.Whole("decimals", 0, 20), Min = read.Number("min", smallest: double.MinValue),
        Max = read.Number("max", smallest: double.MinValue), DisplayName = read.Text("displayName", 500), NoValue = read.Text("noValue", 500),
        Color = FieldColorOf(read) ?? (read.Has("thresholds") ? FieldColor.ByThreshold : null), Thresholds = Thresholds(read), ThresholdsInPercent = read.Flag("thresholdsInPercent") ?? false,
        Mappings = read.Has("mappings") ? [.. read.Definitions("mappings", DefinitionKeys.Mapping).Select(Mapping)] : null,
        Links = read.Has("dataLinks") ? Links(read, "dataLinks") : null,
    };

    internal static FieldOverride Override(DefinitionFields read)
    {
        string? column = read.Text("column", 500), pattern = Pattern(read);
        FieldType? type = read.Choice<FieldType>("fieldType");
        FieldMatcher matcher = read.Text("query", 1) is { } letter ? FieldMatcher.ByQuery(letter)
            : type is { } known ? FieldMatcher.ByType(known)
            : pattern is not null ? FieldMatcher.ByPattern(pattern)
            : FieldMatcher.ByName(column ?? "");
        var look = new FieldOverride(matcher)
        {
            Field = Read(read), Column = new TableColumn(read.Whole("width", 1, 5000), read.Whole("minWidth", 1, 5000), read.Choice<TableCell>("cell")),
        };
        OnlyOne(read, "the columns", ["column", "pattern", "fieldType", "query"]);
        return look;
    }

    internal static IReadOnlyList<DataLink> Links(DefinitionFields read, string name) =>
    [
        .. read.Definitions(name, DefinitionKeys.DataLink).Select(link => new DataLink(
            link.Text("title", 200, required: true) ?? "", link.Text("url", 2000, required: true) ?? "", link.Flag("newTab") ?? false)),
    ];

    /// <summary>A word for the placement, or names with values; null if not specified.</summary>
    internal static Legend? Legend(DefinitionFields read)
    {
        if (read.Value("legend") is not { } value)
            return null;
        if (value is not IEnumerable<KeyValuePair<string, object?>> fields)
            return read.Choice<LegendPlacement>("legend") is { } word ? new Legend(word) : null;
        var legend = new DefinitionFields(fields, DefinitionKeys.Legend, read.PathOf("legend"), read.Faults);
        LegendPlacement placement = legend.Choice<LegendPlacement>("placement") ?? LegendPlacement.Bottom;
        var calculations = new List<Calculation>();
        foreach ((object? item, string path) in legend.Places("calculations"))
        {
            if (Enum.GetNames<Calculation>().FirstOrDefault(name => name.Equals(DefinitionFields.Scalar(item), StringComparison.OrdinalIgnoreCase)) is { } known)
                calculations.Add(Enum.Parse<Calculation>(known));
            else
                read.Faults.Add(new DefinitionFault(path, $"is '{DefinitionFields.Scalar(item)}'; it must be one of {string.Join(", ", Enum.GetNames<Calculation>())}"));
        }
        return new Legend(placement, calculations) { SortBy = legend.Choice<Calculation>("sortBy") };
    }

    internal static string? Color(DefinitionFields read, string name) => read.Checked(name, 40, IsColor, ColorWords);

    private static string ColorWords =>
        $"one of {string.Join(", ", Hues)}, optionally with the prefix super-light-, light-, semi-dark- or dark-, or text, transparent, white, black, gray, #rrggbb";

    private static bool IsColor(string color) => Palette.Contains(color) || Number().IsMatch(color);

    private static string? Unit(DefinitionFields read)
    {
        string? unit = read.Text("unit", 100);
        if (unit is null || Units.IsKnown(unit))
            return unit;
        string meant = Units.Nearest(unit) is { } nearest ? $", perhaps '{nearest}'" : "";
        read.Fault(
            "unit",
            $"is '{unit}', which Grafana does not support{meant}; valid units are none, short, sishort, locale, percent, percentunit, ms, s, reqps, bytes, currencyUSD, "
                + "dateTimeAsIso and others, and custom units such as 'suffix: tokens'");
        return null;
    }

    private static FieldColor? FieldColorOf(DefinitionFields read) => read.Parsed(
        "color", 40, word => IsColor(word) ? FieldColor.Fixed(word) : ColorModes.GetValueOrDefault(word), $"{string.Join(", ", ColorModes.Keys)}, or {ColorWords}");

    private static IReadOnlyList<Threshold>? Thresholds(DefinitionFields read)
    {
        if (!read.Has("thresholds"))
            return null;
        var thresholds = new List<Threshold>();
        const string Form = "numbers with colors, as @{ 0 = 'green'; 80 = 'red' } or { \"0\": \"green\" }";
        foreach ((string from, string color) in read.Map("thresholds", Form))
        {
            if (DefinitionFields.AsNumber(from) is not { } value)
                read.Fault("thresholds", $"has '{from}'; it must be {Form}");
            else if (thresholds.Exists(threshold => threshold.From == value))
                read.Fault("thresholds", $"has two colors for {from}");
            else if (!IsColor(color))
                read.Fault("thresholds", $"has the color '{color}' for {from}; it must be {ColorWords}");
            else
                thresholds.Add(new Threshold(value, color));
        }
        return [.. thresholds.OrderBy(threshold => threshold.From)];
    }

    // A range has two ends.
    private static void OnlyOne(DefinitionFields read, string what, string[] keys)
    {
        string[] given = [.. keys.Where(read.Has)];
        if (given.Length == 0)
            read.Fault(keys[0], $"is missing; one of {string.Join(", ", keys)} must select {what}");
        else if (given is not ([_] or ["from", "to"]))
            read.Fault(given[0], $"cannot be used with {string.Join(" and ", given[1..])}; only one of {string.Join(", ", keys)} can select {what}");
    }

    private static string? Pattern(DefinitionFields read) =>
        read.Checked("pattern", 500, BrowserPattern.IsValid, "a regular expression of JavaScript, such as /^Total/");

    private static ValueMapping Mapping(DefinitionFields read)
    {
        string? text = read.Text("text", 500), color = Color(read, "color"), value = read.Text("value", 500), pattern = Pattern(read);
        SpecialValue? special = read.Choice<SpecialValue>("special");
        double? from = read.Number("from", smallest: double.MinValue), to = read.Number("to", smallest: double.MinValue);
        if (!read.Has("text") && !read.Has("color"))
            read.Fault("text", "or color must be given");
        OnlyOne(read, "the values", ["value", "from", "to", "pattern", "special"]);
        return value is not null ? ValueMapping.OfValue(value, text, color)
            : pattern is not null ? ValueMapping.OfPattern(pattern, text, color)
            : special is { } kind ? ValueMapping.OfSpecial(kind, text, color)
            : ValueMapping.OfRange(from, to, text, color);
    }

    [GeneratedRegex("^(#([0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})|rgba?\\([0-9., %]+\\))$")] private static partial Regex Number();
}
