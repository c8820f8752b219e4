using System.Collections.ObjectModel;

namespace TokenDashboard.Telemetry;

/// <summary>Names in order. Their text is joined by commas, as in table cells and CSV files.</summary>
public sealed class NameList : ReadOnlyCollection<string>
{
    internal NameList(IEnumerable<string> names)
        : base([.. names])
    {
    }

    /// <summary>The names, joined by commas.</summary>
    public override string ToString() => string.Join(", ", this);
}
