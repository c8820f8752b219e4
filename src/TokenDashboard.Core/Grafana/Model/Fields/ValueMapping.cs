using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>Shows certain values as another text, in another color, or both. Of several mappings the first that matches counts.</summary>
public sealed record ValueMapping
{
    private readonly string _type;
    private readonly Func<JsonObject, JsonObject> _options;

    private ValueMapping(string type, string? text, string? color, Func<JsonObject, JsonObject> options) =>
        (_type, Text, Color, _options) = (type, text, color, options);

    /// <summary>The text instead of the value; null for the value itself.</summary>
    public string? Text { get; }
    /// <summary>The color: a name of Grafana's palette such as <c>red</c>, or <c>#rrggbb</c>; null for no change.</summary>
    public string? Color { get; }

    /// <summary>One value, a text or a number as Grafana writes it without a unit.</summary>
    public static ValueMapping OfValue(string value, string? text = null, string? color = null) =>
        new("value", text, color, result => new JsonObject { [value] = result });

    /// <summary>Numbers in a range, both ends included; null is without end.</summary>
    public static ValueMapping OfRange(double? from, double? to, string? text = null, string? color = null) =>
        new("range", text, color, result => new JsonObject { ["from"] = from, ["to"] = to, ["result"] = result });

    /// <summary>Texts that match a JavaScript pattern; the text may use its groups as <c>$1</c>.</summary>
    public static ValueMapping OfPattern(string pattern, string? text = null, string? color = null) =>
        new("regex", text, color, result => new JsonObject { ["pattern"] = pattern, ["result"] = result });

    /// <summary>A special value.</summary>
    public static ValueMapping OfSpecial(SpecialValue value, string? text = null, string? color = null) =>
        new("special", text, color, result => new JsonObject { ["match"] = Specials[(int)value], ["result"] = result });

    internal JsonObject Write(int index) =>
        new() { ["type"] = _type, ["options"] = _options(Json.Of(("text", Text), ("color", Color), ("index", index))) };

    /// <summary>Grafana's names of <see cref="SpecialValue"/>, in their order.</summary>
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
    /// <summary>The empty text.</summary>
    Empty,
}
