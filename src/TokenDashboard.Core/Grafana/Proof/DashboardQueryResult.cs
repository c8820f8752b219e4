namespace TokenDashboard;

/// <summary>The result of a dashboard's query, with the highest severity of its problems. The problems are separate findings.</summary>
public sealed record DashboardQueryResult : DashboardFinding
{
    /// <summary>The rule of every result.</summary>
    public const string ResultRule = "query-result";

    /// <summary>The purpose of the query.</summary>
    public required DashboardQueryKind Source { get; init; }
    /// <summary>The number of rows that the database returned. At most 200,000 are read.</summary>
    public int Rows { get; init; }
    /// <summary>The columns, with their types in the plugin.</summary>
    public TextList<DashboardQueryColumn> Columns { get; init; } = new([]);
    /// <summary>The number of series that the plugin creates; null for a table.</summary>
    public int? Series { get; init; }
    /// <summary>The duration of the query on this computer, in milliseconds.</summary>
    public double Milliseconds { get; init; }
    /// <summary>The problems, one sentence each; empty for none.</summary>
    public TextList<string> Problems { get; init; } = new([]);
    /// <summary>The SQL that reached the database, with all variables inserted.</summary>
    public string Sql { get; init; } = "";
}

/// <summary>A column of a query's result.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type in the plugin.</param>
public sealed record DashboardQueryColumn(string Name, ColumnType Type)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Type})";
}

/// <summary>The purpose of a dashboard's query.</summary>
public enum DashboardQueryKind : long
{
    /// <summary>A panel.</summary>
    Panel,
    /// <summary>The options of a variable.</summary>
    Variable,
    /// <summary>Annotations.</summary>
    Annotation,
}
