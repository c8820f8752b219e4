using TokenDashboard.Telemetry;

namespace TokenDashboard.Dashboards;

/// <summary>The variables that <see cref="PanelSql"/> uses: which requests are meant, and how they are cut into buckets of time.</summary>
internal static class RequestVariables
{
    private static readonly string Providers = PanelSql.NewestNames(TelemetrySql.Provider);

    private static readonly string Models =
        PanelSql.NewestNames(TelemetrySql.Model, PanelSql.Chosen("provider", PanelSql.Known(TelemetrySql.Provider)));

    private static readonly string Users = PanelSql.NewestNames(TelemetrySql.User);

    /// <summary>All of them with the data source, in the order of a dashboard's controls.</summary>
    internal static IReadOnlyList<DashboardVariable> All { get; } =
    [
        new DataSourceVariable(),
        new QueryVariable("provider", "Provider", "Providers of the newest 200,000 requests in the store.", Providers, PanelSql.AllValue),
        new QueryVariable("model", "Model", "Models of the chosen providers, from the same requests.", Models, PanelSql.AllValue),
        new QueryVariable("user", "User", "Users of the newest 200,000 requests in the store.", Users, PanelSql.AllValue),
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

    /// <summary>The two that choose among single requests.</summary>
    internal static IReadOnlyList<DashboardVariable> OfSingleRequests { get; } =
    [
        new TextBoxVariable("transaction", "Transaction", "The id of a transaction, whole; empty for all."),
        new TextBoxVariable("min_tokens", "Minimum tokens", "Requests with fewer total tokens are left out.", "0"),
    ];
}
