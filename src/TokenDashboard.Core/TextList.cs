using System.Collections.ObjectModel;

namespace TokenDashboard;

/// <summary>Items in order. The text of the list is the joined text of its items, for table cells and CSV files.</summary>
public class TextList<T> : ReadOnlyCollection<T>
{
    private readonly string _separator;

    internal TextList(IEnumerable<T> items, string separator = ", ")
        : base([.. items]) => _separator = separator;

    /// <summary>The items, joined by commas or semicolons.</summary>
    public override string ToString() => string.Join(_separator, this);
}
