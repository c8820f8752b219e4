namespace TokenDashboard.Usage;

/// <summary>The names of the newest requests of stores, for completion at the prompt.</summary>
internal static class RecentNames
{
    /// <summary>The sources of stores, each with the store.</summary>
    public static IReadOnlyList<(string Text, string Store)> Sources(IReadOnlyList<ITelemetryStore> stores) =>
        [.. stores.SelectMany(store => store.ReadSources().Select(source => (source, store.Name)))];

    /// <summary>
    /// Reads backwards from the newest request for a limited time. Returns the known names with their number of requests, most
    /// frequent first.
    /// </summary>
    public static IReadOnlyList<(string Text, long Requests)> Read(IReadOnlyList<ITelemetryStore> stores, UsageDimension dimension, TimeSpan time) =>
    [
        .. stores.SelectMany(store => store.ReadNewestNames(RequestTexts.Of(dimension), time / stores.Count))
            .Where(name => name.Key.Length > 0)
            .GroupBy(name => name.Key, name => name.Value)
            .Select(name => (name.Key, name.Sum()))
            .OrderByDescending(name => name.Item2).ThenBy(name => name.Key, NameOrder.ByCodePoint),
    ];
}
