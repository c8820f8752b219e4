using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>How Grafana chooses the colour of a value or a series.</summary>
public sealed record FieldColor
{
    private readonly string _mode;
    private readonly string? _color;

    private FieldColor(string mode, string? color = null)
    {
        _mode = mode;
        _color = color;
    }

    /// <summary>By <see cref="FieldOptions.Thresholds"/>.</summary>
    public static FieldColor ByThreshold { get; } = new("thresholds");

    /// <summary>A colour for each series, in order.</summary>
    public static FieldColor BySeries { get; } = new("palette-classic");

    /// <summary>From blue for the smallest to purple for the largest value.</summary>
    public static FieldColor BlueToPurple { get; } = new("continuous-BlPu");

    /// <summary>From the background for the smallest to dark blue for the largest value.</summary>
    public static FieldColor Blues { get; } = new("continuous-blues");

    /// <summary>One colour.</summary>
    /// <param name="color">A name of Grafana's palette such as <c>blue</c>, or <c>#rrggbb</c>.</param>
    public static FieldColor Fixed(string color) => new("fixed", color);

    internal JsonObject Write()
    {
        var color = new JsonObject { ["mode"] = _mode };
        if (_color is not null)
        {
            color["fixedColor"] = _color;
        }
        return color;
    }
}
