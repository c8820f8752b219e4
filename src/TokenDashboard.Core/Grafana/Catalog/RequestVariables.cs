using TokenDashboard.Engines.Sqlite.Panels;
using TokenDashboard.Grafana.Model.Variables;

namespace TokenDashboard.Grafana.Catalog;

/// <summary>The variables that <see cref="UsageRelations"/> use: which requests are meant, and how they are cut into buckets of time.</summary>
internal static class RequestVariables
{
    private const int MaxNames = 5_000;

    /// <summary>The two that choose among single requests.</summary>
    internal static IReadOnlyList<DashboardVariable> OfSingleRequests { get; } =
    [
        new TextBoxVariable("transaction", "Transaction", "The id of a transaction, whole; empty for all."),
        new TextBoxVariable("min_tokens", "Minimum tokens", "Requests with fewer total tokens are left out.", "0"),
    ];

    /// <summary>All others with the data source, in the order of a dashboard's controls.</summary>
    /// <param name="zones">The time zones to choose from.</param>
    internal static IReadOnlyList<DashboardVariable> All(IReadOnlyList<TimeZoneInfo> zones) =>
    [
        new DataSourceVariable(),
        UsageRelations.KnownNames,
        Names("provider", "Provider", "Providers in the rollups of the store and in its newest 200,000 other requests.", "provider"),
        Names("model", "Model", "Models of the chosen providers, from the same places.", "model", $" AND {UsageRelations.Chosen("provider", UsageRelations.Known("provider"))}"),
        Names("user", "User", "Users in the rollups of the store and in its newest 200,000 other requests.", "user_id"),
        new CustomVariable(
            "bucket",
            "Bucket size",
            "The length of time one bar or point stands for. A size that would make more than 1,000 of them is enlarged.",
            "0",
            [
                ("auto", "0"), ("1m", "60"), ("5m", "300"), ("15m", "900"), ("1h", "3600"), ("6h", "21600"), ("12h", "43200"), ("1d", "86400"),
            ]),
        TimeZones.Variable(zones),
    ];

    private static QueryVariable Names(string name, string label, string description, string column, string condition = "") => new(
        name,
        label,
        description,
        $"SELECT DISTINCT {UsageRelations.Known(column)} AS name FROM ${"{names:raw}"} WHERE {UsageRelations.Choosable(UsageRelations.Known(column))}{condition} LIMIT {MaxNames}",
        UsageRelations.AllValue);
}
