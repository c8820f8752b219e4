using System.Collections.ObjectModel;

namespace TokenDashboard.Import.Records;

/// <summary>What a report lists. Its text is that of the items, separated by semicolons, as in CSV files.</summary>
public sealed class ImportList<T> : ReadOnlyCollection<T>
{
    internal ImportList(IList<T> items)
        : base(items)
    {
    }

    /// <summary>The items, separated by semicolons.</summary>
    public override string ToString() => string.Join("; ", this);
}
