using System.IO.Hashing;
using TokenDashboard.Pricing;

namespace TokenDashboard.Engines.ClickHouse.Sync;

/// <summary>Writes the prices of a source's models, if they differ from the stored prices.</summary>
internal sealed class SentPrices(ClickHouseServer server, string source)
{
    /// <summary>Writes the prices. Returns the number of models whose prices changed.</summary>
    public int Write(PriceList prices, ulong version)
    {
        var parameters = new ClickHouseParameters();
        (string Provider, string Model)[] models = [.. server.Query(
            $"SELECT DISTINCT toString(provider), toString(model) FROM {RequestTable.Name} WHERE source = {parameters.Add(source)}", parameters, row => (row.GetString(0), row.GetString(1)))];
        Dictionary<(string, string), ulong> there = server.Query(
            $"SELECT toString(provider), toString(model), content FROM {PriceView.Table} FINAL", new ClickHouseParameters(), row => ((row.GetString(0), row.GetString(1)), row.GetFieldValue<ulong>(2)))
            .ToDictionary(row => row.Item1, row => row.Item2);
        ILookup<(string, string), StoredPrice> priced = StoredPrice.Of(models, prices).ToLookup(price => (price.Provider, price.Model));
        // A model that no longer has a price is sent without one.
        JsonObject[] changed = [.. models.Where(model => priced.Contains(model) || there.ContainsKey(model))
            .Select(model => Row(model, [.. priced[model]]))
            .Where(row => !there.TryGetValue(((string)row["provider"]!, (string)row["model"]!), out ulong content) || content != (ulong)row["content"]!)];
        if (changed.Length > 0)
        {
            byte[] rows = [.. changed.SelectMany(row =>
            {
                row["version"] = version;
                return Utf8(row).Append((byte)'\n');
            })];
            server.Guard(ErrorCode.StoreWriteFailed, () => server.InsertAsync(PriceView.Table, PriceView.Columns, new MemoryStream(rows), "JSONEachRow"));
        }
        return changed.Length;
    }

    private static byte[] Utf8(JsonObject row) => Encoding.UTF8.GetBytes(row.ToJsonString());

    private static JsonObject Row((string Provider, string Model) model, StoredPrice[] prices)
    {
        var row = new JsonObject
        {
            ["provider"] = model.Provider, ["model"] = model.Model, ["list"] = prices.FirstOrDefault()?.List ?? "", ["currency"] = prices.FirstOrDefault()?.Currency ?? "",
            ["prices"] = new JsonArray([.. prices.Select(PriceOf)]),
        };
        row["content"] = XxHash3.HashToUInt64(Utf8(row));
        return row;
    }

    private static JsonObject PriceOf(StoredPrice price)
    {
        var sent = new JsonObject
        {
            ["since"] = price.Since, ["until"] = price.Until, ["day_from"] = price.DayFrom,
            ["day_until"] = price.DayUntil, ["prompt_above"] = price.PromptAbove, ["prompt_upto"] = price.PromptUpTo,
        };
        foreach ((string name, double? rate) in price.Rates)
            sent[name] = rate;
        return sent;
    }
}
