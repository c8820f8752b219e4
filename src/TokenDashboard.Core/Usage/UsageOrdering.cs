using System.Reflection;

namespace TokenDashboard.Usage;

internal static class UsageOrdering
{
    /// <summary>The rows in the requested order; equal rows keep their order.</summary>
    public static IEnumerable<T> Order<T>(IReadOnlyList<T> rows, UsageOrder order, bool descending)
        where T : UsageFigures
    {
        if (order == UsageOrder.Default)
            return descending ? rows.Reverse() : rows;
        PropertyInfo property = typeof(UsageFigures).GetProperty(order.ToString())!;
        return descending ? rows.OrderByDescending(row => property.GetValue(row)) : rows.OrderBy(row => property.GetValue(row));
    }

    /// <summary>The measure of an order, if it is the cost or an integer sum; otherwise null.</summary>
    internal static Measure? SumOf(UsageOrder order)
    {
        if (order == UsageOrder.Cost)
            return Measures.Cost;
        string name = JsonNamingPolicy.SnakeCaseLower.ConvertName((order == UsageOrder.Default ? UsageOrder.TotalTokens : order).ToString());
        return Array.Find(Measures.All, measure => measure.Name == name && measure.Aggregate == MeasureAggregate.Sum && !measure.IsReal);
    }
}
