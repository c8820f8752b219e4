namespace TokenDashboard.Grafana.Results;

/// <summary>One difference between two dashboards, or two states of one.</summary>
public sealed record GrafanaDashboardDifference
{
    /// <summary>The dashboard's uid.</summary>
    public required string Uid { get; init; }

    /// <summary>The title of the panel or row it is in, "#3" for one without a title; empty for what belongs to no panel.</summary>
    public required string Panel { get; init; }

    /// <summary>
    /// Where: names of properties with dots between; in brackets a panel's id, a query's refId, a variable's or annotation's name, or the
    /// number of an item, counted from 0.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>Which side has it.</summary>
    public required GrafanaDifferenceKind Kind { get; init; }

    /// <summary>The left side's value, text as it is and anything else as JSON; null if there is none.</summary>
    public string? Left { get; init; }

    /// <summary>The right side's value; null if there is none.</summary>
    public string? Right { get; init; }
}

/// <summary>What a difference is, seen from the left side.</summary>
public enum GrafanaDifferenceKind : long
{
    /// <summary>Both sides have it, with other values.</summary>
    Changed,

    /// <summary>Only the right side has it.</summary>
    Added,

    /// <summary>Only the left side has it.</summary>
    Removed,
}
