using TokenDashboard.Import.Reading;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Usage reports of providers and daily tables of proxies: sums by bucket, which are detected so that they are not imported as requests.
/// </summary>
internal static class UsageBuckets
{
    private static readonly string[] Names =
    [
        "num_model_requests", "api_requests", "successful_requests", "failed_requests", "ending_at", "bucket_width", "usage_date_utc", "requests", "uncached_input_tokens",
        "results.uncached_input_tokens", "n_context_tokens_total", "object=bucket",
    ];

    public static readonly UsageFormat Format = new(ImportFormat.Auto, "requests")
    {
        IsJson = marks => marks.HasAny(Names),
        IsCsv = marks => marks.HasAny(Names),
        Reader = (lines, sink, _) => throw new TokenDashboardException(
            ErrorCode.ImportNotRequests,
            $"The rows of '{sink.Report.Path}' are aggregates of many requests, as the name {MarkIn(lines.Peek())} shows. If they were imported as requests, counts, durations "
            + "and percentiles would be wrong. Import the log of single requests instead. To import each row as one request anyway, remove the columns that count requests or name buckets.",
            target: sink.Report.Path),
    };

    // Some names are the end of other names.
    private static string MarkIn(ReadOnlySpan<byte> head)
    {
        string text = Encoding.UTF8.GetString(head);
        return Names.OrderByDescending(name => name.Length).FirstOrDefault(name => text.Contains(name, StringComparison.OrdinalIgnoreCase)) ?? "bucket";
    }
}
