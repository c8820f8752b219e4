using System.Collections.ObjectModel;

namespace TokenDashboard.Telemetry;

/// <summary>Names in order. As text they are joined by commas, which is what a table cell or an exported CSV file shows.</summary>
public sealed class NameList : ReadOnlyCollection<string>
{
    internal NameList(IEnumerable<string> names)
        : base([.. names])
    {
    }

    /// <summary>The names, joined by commas.</summary>
    public override string ToString() => string.Join(", ", this);
}
