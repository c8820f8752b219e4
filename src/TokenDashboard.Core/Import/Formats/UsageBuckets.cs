using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Usage reports of providers and daily tables of proxies: sums by bucket, which are recognised so that they are not taken for requests.
/// </summary>
internal static class UsageBuckets
{
    public static readonly UsageFormat Format = new(ImportFormat.Auto, "requests")
    {
        IsJson = marks => marks.HasAny("object=bucket", "data.object=bucket", "data.results.uncached_input_tokens", "results.uncached_input_tokens", "data.results.num_model_requests",
            "results.num_model_requests", "num_model_requests", "n_context_tokens_total", "data.n_context_tokens_total") || marks.Has("api_requests", "date") || marks.Has("data.requests", "data.date"),
        Read = input => throw CsvUsage.NotRequests(input.Sink, "they have the names of a usage report by bucket"),
    };
}
