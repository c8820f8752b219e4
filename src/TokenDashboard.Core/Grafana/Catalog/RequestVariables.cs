using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Catalog;

/// <summary>The variables of all engines, which select requests and divide them into buckets.</summary>
internal static class RequestVariables
{
    /// <summary>The two variables that select single requests.</summary>
    internal static IReadOnlyList<DashboardVariable> OfSingleRequests { get; } =
    [
        new TextBoxVariable("transaction", "Transaction", "The complete ID of a transaction. Leave it empty for all."),
        new TextBoxVariable("min_tokens", "Minimum tokens", "Hides requests with fewer total tokens.", "0"),
    ];

    internal static CustomVariable Bucket { get; } = new(
        "bucket",
        "Bucket size",
        "The time that one bar or point represents. A size that results in more than 1,000 buckets is enlarged.",
        "0",
        [
            ("auto", "0"), ("1m", "60"), ("5m", "300"), ("15m", "900"), ("1h", "3600"), ("6h", "21600"), ("12h", "43200"), ("1d", "86400"),
        ]);
}
