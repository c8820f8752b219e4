namespace TokenDashboard.Telemetry;

/// <summary>Names in order. Their text is joined by commas, as in table cells and CSV files.</summary>
public sealed class NameList : TextList<string>
{
    internal NameList(IEnumerable<string> names)
        : base([.. names])
    {
    }
}
