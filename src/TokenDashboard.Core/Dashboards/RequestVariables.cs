using TokenDashboard.Telemetry;

namespace TokenDashboard.Dashboards;

/// <summary>The variables that <see cref="PanelSql"/> uses: which requests are meant, and how they are cut into buckets of time.</summary>
internal static class RequestVariables
{
    private const int NewestRequests = 200_000;
    private const int MaxNames = 5_000;

    private static readonly string Providers = Names(TelemetrySql.Provider);

    private static readonly string Models =
        Names(TelemetrySql.Model, PanelSql.Chosen("provider", PanelSql.Known(TelemetrySql.Provider)));

    private static readonly string Users = Names(TelemetrySql.User);

    /// <summary>All of them with the data source, in the order of a dashboard's controls.</summary>
    internal static IReadOnlyList<DashboardVariable> All { get; } =
    [
        new DataSourceVariable(),
        PanelRelations.Variable,
        new QueryVariable("provider", "Provider", "Providers in the sums of the store and in its newest 200,000 other requests.", Providers, PanelSql.AllValue),
        new QueryVariable("model", "Model", "Models of the chosen providers, from the same places.", Models, PanelSql.AllValue),
        new QueryVariable("user", "User", "Users in the sums of the store and in its newest 200,000 other requests.", Users, PanelSql.AllValue),
        new CustomVariable(
            "bucket",
            "Bucket size",
            "The length of time one bar or point stands for. A size that would make more than 1,000 of them is enlarged.",
            "0",
            [
                ("auto", "0"), ("1m", "60"), ("5m", "300"), ("15m", "900"), ("1h", "3600"), ("6h", "21600"), ("12h", "43200"), ("1d", "86400"),
            ]),
        UtcOffset.Variable,
    ];

    private static string Names(string name, string condition = "TRUE") => PanelRelations.Names(name, NewestRequests, MaxNames, condition);

    /// <summary>The two that choose among single requests.</summary>
    internal static IReadOnlyList<DashboardVariable> OfSingleRequests { get; } =
    [
        new TextBoxVariable("transaction", "Transaction", "The id of a transaction, whole; empty for all."),
        new TextBoxVariable("min_tokens", "Minimum tokens", "Requests with fewer total tokens are left out.", "0"),
    ];
}
