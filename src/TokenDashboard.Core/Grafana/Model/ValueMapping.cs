namespace TokenDashboard.Grafana.Model;

/// <summary>Shows certain values as another text, in another color, or both. Of several mappings, each written with its index, the first that matches counts.</summary>
internal sealed record ValueMapping(string Type, Func<int, JsonObject> Options)
{
    /// <summary>One value, a text or a number as Grafana writes it without a unit.</summary>
    internal static ValueMapping OfValue(string value, string? text = null, string? color = null) =>
        new("value", index => new JsonObject { [value] = Result(text, color, index) });

    /// <summary>Texts with their colors.</summary>
    internal static ValueMapping OfTexts(params (string Text, string Color)[] colors) =>
        new("value", index => Json.Map(colors, pair => pair.Text, pair => Result(null, pair.Color, index++)));

    /// <summary>Numbers in a range, both ends included; null is without end.</summary>
    internal static ValueMapping OfRange(double? from, double? to, string? text = null, string? color = null) =>
        new("range", index => new JsonObject { ["from"] = from, ["to"] = to, ["result"] = Result(text, color, index) });

    /// <summary>Texts that match a JavaScript pattern; the text may use its groups as <c>$1</c>.</summary>
    internal static ValueMapping OfPattern(string pattern, string? text = null, string? color = null) =>
        new("regex", index => new JsonObject { ["pattern"] = pattern, ["result"] = Result(text, color, index) });

    internal static ValueMapping OfSpecial(SpecialValue value, string? text = null, string? color = null) =>
        new("special", index => new JsonObject { ["match"] = Specials[(int)value], ["result"] = Result(text, color, index) });

    internal JsonObject Write(int index) => new() { ["type"] = Type, ["options"] = Options(index) };

    private static JsonObject Result(string? text, string? color, int index) => Json.Of(("text", text), ("color", color), ("index", index));

    /// <summary>Grafana's names of <see cref="SpecialValue"/>, in their order.</summary>
    private static readonly string[] Specials = ["null", "nan", "null+nan", "empty"];
}

/// <summary>A special value; not a number is the result of a division of zero by zero, for example, and empty is the empty text.</summary>
internal enum SpecialValue
{
    Null,
    NotANumber,
    NullOrNotANumber,
    Empty,
}
