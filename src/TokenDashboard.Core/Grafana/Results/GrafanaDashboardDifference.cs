namespace TokenDashboard.Grafana.Results;

/// <summary>One difference between two dashboards, or two states of one.</summary>
/// <param name="Uid">The dashboard's uid.</param>
/// <param name="Panel">The title of the panel or row it is in, "#3" for one without a title; empty for what belongs to no panel.</param>
/// <param name="Path">
/// The path: property names with dots; in brackets a panel's id, a query's refId, a variable's or annotation's name, or an index from 0.
/// </param>
/// <param name="Kind">Which side has it.</param>
/// <param name="Left">The left side's value, text as it is and anything else as JSON; null if there is none.</param>
/// <param name="Right">The right side's value; null if there is none.</param>
public sealed record GrafanaDashboardDifference(string Uid, string Panel, string Path, GrafanaDifferenceKind Kind, string? Left, string? Right);

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
