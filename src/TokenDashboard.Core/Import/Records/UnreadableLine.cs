namespace TokenDashboard;

/// <summary>A line that could not be imported.</summary>
/// <param name="LineNumber">Number of the line in the (decompressed) file, counted from 1. For a CSV record with line breaks, its first line.</param>
/// <param name="Reason">The problem.</param>
public sealed record UnreadableLine(long LineNumber, string Reason)
{
    /// <summary>Number and reason.</summary>
    public override string ToString() => $"line {LineNumber}: {Reason}";
}
