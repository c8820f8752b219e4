namespace TokenDashboard.Grafana.Model;

/// <summary>
/// Shows certain values as another text, in another color (a name of Grafana's palette, or <c>#rrggbb</c>), or both. Null changes nothing. If several
/// mappings match, the first one applies.
/// </summary>
public sealed record ValueMapping
{
    private readonly string _type;
    private readonly Func<int, JsonObject> _options;

    private ValueMapping(string type, Func<int, JsonObject> options) => (_type, _options) = (type, options);

    /// <summary>One value: a text, or a number in Grafana's format without a unit.</summary>
    public static ValueMapping OfValue(string value, string? text = null, string? color = null) =>
        new("value", index => new JsonObject { [value] = Result(text, color, index) });

    /// <summary>Texts with their colors.</summary>
    public static ValueMapping OfTexts(params (string Text, string Color)[] colors) =>
        new("value", index => Json.Map(colors, pair => pair.Text, pair => Result(null, pair.Color, index++)));

    /// <summary>Numbers in an inclusive range. A null end is open.</summary>
    public static ValueMapping OfRange(double? from, double? to, string? text = null, string? color = null) =>
        new("range", index => new JsonObject { ["from"] = from, ["to"] = to, ["result"] = Result(text, color, index) });

    /// <summary>Texts that match a JavaScript pattern. The text can use its groups as <c>$1</c>.</summary>
    public static ValueMapping OfPattern(string pattern, string? text = null, string? color = null) =>
        new("regex", index => new JsonObject { ["pattern"] = pattern, ["result"] = Result(text, color, index) });

    /// <summary>A special value.</summary>
    public static ValueMapping OfSpecial(SpecialValue value, string? text = null, string? color = null) =>
        new("special", index => new JsonObject { ["match"] = Specials[(int)value], ["result"] = Result(text, color, index) });

    internal JsonObject Write(int index) => new() { ["type"] = _type, ["options"] = _options(index) };

    private static JsonObject Result(string? text, string? color, int index) => Json.Of(("text", text), ("color", color), ("index", index));

    /// <summary>Grafana's names of <see cref="SpecialValue"/>, in the order of the enumeration.</summary>
    private static readonly string[] Specials = ["null", "nan", "null+nan", "empty"];
}

/// <summary>A special value.</summary>
public enum SpecialValue
{
    /// <summary>No value.</summary>
    Null,
    /// <summary>The result of a division of zero by zero, for example.</summary>
    NotANumber,
    /// <summary>No value, or not a number.</summary>
    NullOrNotANumber,
    /// <summary>The empty string.</summary>
    Empty,
}
