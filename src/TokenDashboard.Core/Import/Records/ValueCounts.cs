using System.Collections.ObjectModel;

namespace TokenDashboard;

/// <summary>The number of values by column. The text is a list, as in CSV files: <c>cost 3, duration_ms 1</c>.</summary>
public sealed class ValueCounts : ReadOnlyDictionary<string, long>
{
    internal ValueCounts(IDictionary<string, long> counts)
        : base(counts)
    {
    }

    /// <summary>Each column with its count.</summary>
    public override string ToString() => string.Join(", ", this.Select(column => string.Create(CultureInfo.InvariantCulture, $"{column.Key} {column.Value:N0}")));
}
