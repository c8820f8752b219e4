namespace TokenDashboard.Grafana.Proof;

/// <summary>What became of one query of a dashboard: of a panel, a variable or an annotation.</summary>
public sealed record DashboardQueryResult
{
    /// <summary>The dashboard's title.</summary>
    public required string Dashboard { get; init; }

    /// <summary>The dashboard's uid; the empty string where it has none.</summary>
    public required string DashboardUid { get; init; }

    /// <summary>What asks.</summary>
    public required DashboardQueryKind Source { get; init; }

    /// <summary>The panel's number; null for variables and annotations.</summary>
    public int? PanelId { get; init; }

    /// <summary>The title of the panel, or the name of the variable or annotation.</summary>
    public required string Panel { get; init; }

    /// <summary>The letter of the query; the empty string for variables.</summary>
    public string RefId { get; init; } = "";

    /// <summary>How many rows SQLite gave; at most 200,000 are read.</summary>
    public int Rows { get; init; }

    /// <summary>The columns, with the types the plugin gives them.</summary>
    public IReadOnlyList<DashboardQueryColumn> Columns { get; init; } = [];

    /// <summary>How many series the plugin makes; null for a table.</summary>
    public int? Series { get; init; }

    /// <summary>How long the query took here, in milliseconds.</summary>
    public double Milliseconds { get; init; }

    /// <summary>What is wrong, each in a sentence; empty where nothing is.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>The SQL that reached SQLite, with all variables inserted.</summary>
    public string Sql { get; init; } = "";

    /// <inheritdoc/>
    public override string ToString() => $"{Panel}: {Rows} rows";
}
