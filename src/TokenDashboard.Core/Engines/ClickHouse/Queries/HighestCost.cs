namespace TokenDashboard.Engines.ClickHouse.Queries;

/// <summary>
/// An upper bound of the cost of rows, by which the server selects the rows that can have the highest costs, because only the client has the price list.
/// </summary>
internal static class HighestCost
{
    // More than the rounding of a compensated sum of a few products, and than any real rate.
    private const double Rounding = 1e-9, UnknownRate = 1e9;

    private const int MostModels = 1000;

    /// <summary>The bound of a row; null if there are too many models.</summary>
    /// <param name="server">The server.</param>
    /// <param name="filter">Selects the requests.</param>
    /// <param name="sources">The sources of the requests; null for all.</param>
    /// <param name="areSums">Whether a row is one of <see cref="UsageTables.Columns"/>. Otherwise, it is a request.</param>
    /// <param name="parameters">Receives the parameters of the bound.</param>
    /// <param name="ratesOf">The highest rates of a provider's model in a class of input size.</param>
    // Tokens of models and sizes that arrive later have a rate above any other.
    public static string? Of(
        ClickHouseServer server, RequestFilter filter, IReadOnlyList<string>? sources, bool areSums, ClickHouseParameters parameters,
        Func<string, string, int, IReadOnlyDictionary<string, double>> ratesOf)
    {
        const string ClassOfSum = "input_class";
        string key = ClickHouseMeasures.Key(["provider", "model"]);
        var own = new ClickHouseParameters();
        string where = ClickHouseConditions.Of(filter, sources, own);
        (string rows, string inputClass) = filter.IsAboutSums
            ? ($"{UsageTables.In(filter.Range, step: 0, filter.User.Count > 0)} WHERE {where}", ClassOfSum)
            : ($"{RequestTable.Rows} PREWHERE {where}", ClickHouseMeasures.InputClass);
        (ulong Key, IReadOnlyDictionary<string, double> Rates)[] models = [.. server.Query(
            $"""
            SELECT {key} + {inputClass} AS k, toString(any(provider)), toString(any(model)), toInt64(any({inputClass}))
            FROM {rows} AND {ClickHouseConditions.HasTime} GROUP BY k LIMIT {MostModels + 1} {RequestTable.ReadSettings}
            """,
            own, row => (row.GetFieldValue<ulong>(0), ratesOf(row.GetString(1), row.GetString(2), (int)row.GetInt64(3))))];
        if (models.Length is 0 or > MostModels)
            return null;
        string keys = parameters.Add("Array(UInt64)", models.Select(model => model.Key).ToArray());
        string places = parameters.Add("Array(UInt32)", models.Select((_, index) => (uint)index + 1).ToArray());
        string place = $"transform({key} + {(areSums ? ClassOfSum : ClickHouseMeasures.InputClass)}, {keys}, {places}, toUInt32({models.Length + 1}))";
        return PriceView.Highest(
            rate => $"{parameters.Add("Array(Float64)", models.Select(model => model.Rates.GetValueOrDefault(rate)).Append(UnknownRate).ToArray())}[{place}]",
            areSums ? Measures.Requests.Name : "1");
    }

    /// <summary>The least bound of a row whose cost can be as high as another cost.</summary>
    public static double Least(decimal cost) => (double)cost * (1 - Rounding);

    /// <summary>The cost that rows with a bound do not exceed.</summary>
    public static double Most(double bound) => bound * (1 + Rounding);
}
