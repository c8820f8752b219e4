using System.Diagnostics;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>The names the newest requests of a store hold, for completion at the prompt.</summary>
public static class RecentValues
{
    /// <summary>Reads backwards from the newest request for as long as the patience lasts.</summary>
    /// <param name="store">The open store.</param>
    /// <param name="dimension">User, Model, Provider or RequestType.</param>
    /// <param name="patience">After this no further window of requests is read.</param>
    /// <returns>The names with their number of requests, most frequent first; the unknown name is left out.</returns>
    public static IReadOnlyList<(string Text, long Requests)> Read(TokenStore store, UsageDimension dimension, TimeSpan patience)
    {
        (RequestText text, Func<RequestRow, string> valueOf) = dimension switch
        {
            UsageDimension.User => (RequestText.User, new Func<RequestRow, string>(row => row.User)),
            UsageDimension.Model => (RequestText.Model, row => row.Model),
            UsageDimension.Provider => (RequestText.Provider, row => row.Provider),
            UsageDimension.RequestType => (RequestText.RequestType, row => row.RequestType),
            _ => throw new ArgumentOutOfRangeException(nameof(dimension)),
        };
        var counts = new Dictionary<string, long>();
        var watch = Stopwatch.StartNew();
        using var scanner = new RequestScanner(store, new RequestFilter(), text, newestFirst: true);
        while (watch.Elapsed < patience && scanner.ReadWindow(row => counts[valueOf(row)] = counts.GetValueOrDefault(valueOf(row)) + 1))
        {
        }
        counts.Remove("");
        return [.. counts.OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal).Select(count => (count.Key, count.Value))];
    }
}
