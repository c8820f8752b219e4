using TokenDashboard.Grafana.Model;
using TokenDashboard.Input;

namespace TokenDashboard.Grafana.Definitions;

/// <summary>Reads panels, and collects items that must be unique or exist in the whole dashboard.</summary>
internal sealed class DefinedPanels(IReadOnlyList<DashboardSection> before, DataSourcePlugin plugin)
{
    private const int Longest = 100_000;

    // Enough for several screens.
    private const int Highest = 200;

    private static readonly Dictionary<string, (int Width, int Height)> Sizes = new()
    {
        ["timeseries"] = (12, 9), ["stat"] = (6, 4), ["gauge"] = (6, 8), ["bargauge"] = (12, 9), ["barchart"] = (12, 9), ["piechart"] = (8, 9),
        ["table"] = (24, 10), ["heatmap"] = (12, 9), ["text"] = (24, 3),
    };

    private static readonly string[] MaxPerRow = ["2", "3", "4", "6", "8", "12", "24"];

    private readonly HashSet<int> _numbers = PanelNumbers.Of(before);

    internal List<(string Path, string Variable)> Repeats { get; } = [];
    internal List<(string Path, string Sql)> Queries { get; } = [];

    internal IEnumerable<Panel> Of(DefinitionFields read)
    {
        foreach ((object? item, string path) in read.Places("panels"))
        {
            if (read.FieldsOf(item, path)?.ToList() is not { } fields)
                continue;
            // The type is read first, because the keys depend on it.
            var type = new DefinitionFields(fields.Where(field => field.Key.Equals("type", StringComparison.OrdinalIgnoreCase)), ["type"], path, read.Faults);
            if (type.Word("type", [.. DefinitionKeys.Panels.Keys], required: true) is { } name)
                yield return Panel(name, new DefinitionFields(fields, DefinitionKeys.Panels[name], path, read.Faults, $"a panel of type {name}"));
        }
    }

    /// <summary>The number of a panel or row, which must be unique in the dashboard.</summary>
    internal int? Number(DefinitionFields read, int smallest, int largest)
    {
        int? id = read.Whole("id", smallest, largest);
        if (id is { } number && !_numbers.Add(number))
            read.Fault("id", $"is {number}, which another panel or row of the dashboard also has");
        return id;
    }

    internal string? RepeatOf(DefinitionFields read, string name, bool required = false)
    {
        string? variable = read.Text(name, 100, required);
        if (variable is not null)
            Repeats.Add((read.PathOf(name), variable));
        return variable;
    }

    private Panel Panel(string type, DefinitionFields read)
    {
        int width = read.Whole("width", 1, DashboardLayout.Columns) ?? Sizes[type].Width;
        int height = read.Whole("height", 1, Highest) ?? Sizes[type].Height;
        var frame = new PanelFrame(
            Number(read, 1, PanelNumbers.FirstRow - 1), read.Text("title", 1000, required: type != "text") ?? "", read.Text("description", 5000) ?? "", width, height);
        Panel panel = type == "text" ? new TextPanel(frame, read.Text("content", Longest, required: true) ?? "") : new DefinedDataPanel(type, plugin, Queries).Read(read, frame);
        return panel with { Repeat = Repeat(read), Links = DefinedField.Links(read, "links") };
    }

    private PanelRepeat? Repeat(DefinitionFields read)
    {
        if (read.Value("repeat") is not IEnumerable<KeyValuePair<string, object?>> fields)
            return RepeatOf(read, "repeat") is { } word ? new PanelRepeat(word) : null;
        var repeat = new DefinitionFields(fields, DefinitionKeys.Repeat, read.PathOf("repeat"), read.Faults);
        return new PanelRepeat(
            RepeatOf(repeat, "variable", required: true) ?? "", repeat.Flag("vertical") ?? false,
            int.Parse(repeat.Word("maxPerRow", MaxPerRow) ?? "4", CultureInfo.InvariantCulture));
    }
}
