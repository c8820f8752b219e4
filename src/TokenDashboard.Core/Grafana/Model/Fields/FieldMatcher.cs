namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>Which columns a <see cref="FieldOverride"/> is for.</summary>
public sealed record FieldMatcher
{
    private FieldMatcher(string id, string options)
    {
        Id = id;
        Options = options;
    }

    /// <summary>Every column. Unlike the panel's own options it does not reach a panel without any data.</summary>
    public static FieldMatcher Every { get; } = ByPattern("/.*/");

    internal string Id { get; }

    internal string Options { get; }

    /// <summary>The column of a name, as it is shown.</summary>
    public static FieldMatcher ByName(string name) => new("byName", name);

    /// <summary>Columns whose names a pattern of JavaScript fits, such as <c>/^Total/</c>.</summary>
    public static FieldMatcher ByPattern(string pattern) => new("byRegexp", pattern);

    /// <summary>Columns of a type.</summary>
    public static FieldMatcher ByType(FieldType type) => new("byType", type switch
    {
        FieldType.Text => "string",
        FieldType.Time => "time",
        _ => "number",
    });

    /// <summary>Columns of a query, by its letter.</summary>
    public static FieldMatcher ByQuery(string letter) => new("byFrameRefID", letter);
}
