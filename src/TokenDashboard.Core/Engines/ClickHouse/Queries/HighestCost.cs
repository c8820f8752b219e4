namespace TokenDashboard.Engines.ClickHouse.Queries;

/// <summary>
/// An upper bound of the cost of rows, by which the server selects the rows that can have the highest costs, because only the client has the price list.
/// </summary>
internal static class HighestCost
{
    // More than the rounding of a compensated sum of a few products, and than any real rate.
    private const double Rounding = 1e-9, UnknownRate = 1e9;

    private const int MostModels = 1000;

    /// <summary>The bound of a request; null if there are too many models.</summary>
    /// <param name="server">The server.</param>
    /// <param name="rows">The rows: the clause after FROM.</param>
    /// <param name="parameters">Contains the parameters of the rows, and receives those of the bound.</param>
    /// <param name="ratesOf">The highest rates of a provider's model in a class of input size.</param>
    public static string? OfRequests(
        ClickHouseServer server, string rows, ClickHouseParameters parameters, Func<string, string, int, IReadOnlyDictionary<string, double>> ratesOf) =>
        Of(server, rows, ClickHouseMeasures.InputClass, "1", parameters, ratesOf);

    /// <summary>The bound of a row of <see cref="UsageTables.Columns"/>; null if there are too many models.</summary>
    public static string? OfSums(
        ClickHouseServer server, string rows, ClickHouseParameters parameters, Func<string, string, int, IReadOnlyDictionary<string, double>> ratesOf) =>
        Of(server, rows, "input_class", Measures.Requests.Name, parameters, ratesOf);

    /// <summary>The least bound of a row whose cost can be as high as another cost.</summary>
    public static string Least(decimal cost, ClickHouseParameters parameters) => parameters.Add("Float64", (double)cost * (1 - Rounding));

    // Tokens of models and sizes that arrive later have a rate above any other.
    private static string? Of(
        ClickHouseServer server, string rows, string inputClass, string requests, ClickHouseParameters parameters, Func<string, string, int, IReadOnlyDictionary<string, double>> ratesOf)
    {
        string key = $"{ClickHouseMeasures.Key(["provider", "model"])} + {inputClass}";
        (ulong Key, IReadOnlyDictionary<string, double> Rates)[] models = [.. server.Query(
            $"SELECT {key} AS k, toString(any(provider)), toString(any(model)), toInt64(any({inputClass})) FROM {rows} GROUP BY k LIMIT {MostModels + 1} {RequestTable.ReadSettings}",
            parameters, row => (row.GetFieldValue<ulong>(0), ratesOf(row.GetString(1), row.GetString(2), (int)row.GetInt64(3))))];
        if (models.Length is 0 or > MostModels)
            return null;
        string keys = parameters.Add("Array(UInt64)", models.Select(model => model.Key).ToArray());
        string places = parameters.Add("Array(UInt32)", models.Select((_, index) => (uint)index + 1).ToArray());
        string place = $"transform({key}, {keys}, {places}, toUInt32({models.Length + 1}))";
        return PriceView.Highest(
            rate => $"{parameters.Add("Array(Float64)", models.Select(model => model.Rates.GetValueOrDefault(rate)).Append(UnknownRate).ToArray())}[{place}]", requests);
    }
}
