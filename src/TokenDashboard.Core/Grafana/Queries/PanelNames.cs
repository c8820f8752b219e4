namespace TokenDashboard.Grafana.Queries;

/// <summary>Names that panels, variables and the SQL of all engines share.</summary>
internal static class PanelNames
{
    /// <summary>The name of an unknown user, model or provider, in panels and in the variables' lists.</summary>
    internal const string Unknown = "(none)";

    /// <summary>The name for the sum of all names below the top.</summary>
    internal const string Other = "(other)";

    internal const string RowUser = "row_user";

    /// <summary>
    /// The names that panels, variables and labels of alerts show in another form than stored. Stored names that look like these placeholders have
    /// additional parentheses.
    /// </summary>
    internal static IReadOnlyList<(string Stored, string Shown)> Changed { get; } = [("", Unknown), (Unknown, $"({Unknown})"), (Other, $"({Other})")];

    /// <summary>The stored name for a displayed name.</summary>
    internal static string Stored(string shown) => Changed.Where(name => name.Shown == shown).Select(name => name.Stored).FirstOrDefault(shown);

    internal static string Column(PanelDimension dimension) => Title(dimension).ToLowerInvariant().Replace(' ', '_');

    internal static string Title(PanelDimension dimension) => dimension == PanelDimension.RequestType ? "Request type" : dimension.ToString();

    /// <summary>The column of a measure next to names, which are the labels of series. Its own name is not shown.</summary>
    internal static string Label(PanelMeasure measure) => measure.Title.ToLowerInvariant();

    internal static string Quoted(string title) => $"\"{title}\"";

    /// <summary>Items of a SELECT list, each on a separate line.</summary>
    internal static string Lines(IEnumerable<string> items, string indent = "  ") => string.Join($",\n{indent}", items);
}
