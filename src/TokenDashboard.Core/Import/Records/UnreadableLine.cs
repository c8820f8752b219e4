namespace TokenDashboard.Import.Records;

/// <summary>A line that could not be imported.</summary>
public sealed class UnreadableLine
{
    internal UnreadableLine(long lineNumber, string reason) => (LineNumber, Reason) = (lineNumber, reason);

    /// <summary>Number of the line in the (unpacked) file, from 1. Of a CSV record with line breaks, its first line.</summary>
    public long LineNumber { get; }

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; }

    /// <summary>Number and reason.</summary>
    public override string ToString() => $"line {LineNumber}: {Reason}";
}
