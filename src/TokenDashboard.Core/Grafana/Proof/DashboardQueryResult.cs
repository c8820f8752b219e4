using TokenDashboard.Grafana.Emulation;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Grafana.Proof;

/// <summary>The result of a dashboard's query, with the highest severity of its problems, which are separate findings.</summary>
public sealed record DashboardQueryResult : DashboardFinding
{
    /// <summary>The rule of every result.</summary>
    public const string ResultRule = "query-result";

    /// <summary>What the query is for.</summary>
    public required DashboardQueryKind Source { get; init; }
    /// <summary>How many rows the database returned; at most 200,000 are read.</summary>
    public int Rows { get; init; }
    /// <summary>The columns, with their types in the plugin.</summary>
    public TextList<DashboardQueryColumn> Columns { get; init; } = new([]);
    /// <summary>How many series the plugin creates; null for a table.</summary>
    public int? Series { get; init; }
    /// <summary>How long the query took here, in milliseconds.</summary>
    public double Milliseconds { get; init; }
    /// <summary>What is wrong, each in a sentence; empty if nothing is.</summary>
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

/// <summary>What a query of a dashboard is for.</summary>
public enum DashboardQueryKind : long
{
    /// <summary>A panel.</summary>
    Panel,
    /// <summary>The options of a variable.</summary>
    Variable,
    /// <summary>Annotations.</summary>
    Annotation,
}
