namespace TokenDashboard.Grafana.Alerting.Rules;

/// <summary>An alert rule, complete and valid. <see cref="AlertRuleReader"/> reads it.</summary>
internal sealed record AlertRule
{
    /// <summary>The maximum number of alerts of a rule: those with the highest values.</summary>
    internal const int MaxNames = 100;

    // NoData and Error are alerts named DatasourceNoData and DatasourceError; KeepLast requires Grafana 11 or later.
    internal static readonly string[] NoDataStates = ["OK", "NoData", "Alerting", "KeepLast"];
    internal static readonly string[] ErrorStates = ["Error", "OK", "Alerting", "KeepLast"];

    /// <summary>The name of the label with the user, model or provider; null for a rule about everything.</summary>
    internal string? Label => By == AlertDimension.Total ? null : By.ToString().ToLowerInvariant();

    /// <summary>Its uid: 1 to 40 of A-Z, a-z, 0-9, hyphen and underscore.</summary>
    public required string Uid { get; init; }
    /// <summary>Its title in Grafana, 1 to 190 characters.</summary>
    public required string Name { get; init; }
    internal AlertKind Kind { get; init; }
    internal AlertDimension By { get; init; }
    /// <summary>How far back each evaluation looks: whole seconds, from a minute to 366 days.</summary>
    internal TimeSpan Window { get; init; }
    /// <summary>Whether its window starts with the calendar month, in UTC.</summary>
    internal bool MonthSoFar { get; init; }
    /// <summary>The limit above which it alerts: 0 or more tokens, requests, milliseconds or units of money. Not used by <see cref="AlertKind.NoTelemetry"/>.</summary>
    internal double Limit { get; init; }
    /// <summary>Which requests count; its time range is not used.</summary>
    internal RequestFilter Filter { get; init; } = new();
    /// <summary>How many of the newest rows of a SQLite store are read, 1 or more; null for all. ClickHouse finds the rows of a time range by itself.</summary>
    internal long? NewestRows { get; init; }
    /// <summary>How long the limit must be exceeded before it alerts: whole seconds, 0 or more.</summary>
    internal TimeSpan For { get; init; }
    /// <summary>How often it is evaluated: whole tens of seconds, 10 seconds to a day.</summary>
    internal TimeSpan Interval { get; init; }
    /// <summary>The rule group. All rules of a group have the same interval.</summary>
    internal string Group { get; init; } = "";
    /// <summary>The title of its folder, with slashes for nested folders; null for the default folder of the run.</summary>
    internal string? Folder { get; init; }
    /// <summary>Grafana's name of the state if the query has no result: one of <see cref="NoDataStates"/>.</summary>
    internal string NoDataState { get; init; } = "OK";
    /// <summary>Grafana's name of the state if the query fails: one of <see cref="ErrorStates"/>.</summary>
    internal string ErrorState { get; init; } = "Error";
    /// <summary>Whether it is paused; null leaves that as it is in Grafana.</summary>
    internal bool? Paused { get; init; }
    /// <summary>Labels, by which notifications are routed.</summary>
    internal IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    /// <summary>Annotations, which notifications show; <c>summary</c> is always there.</summary>
    internal IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();
}

internal enum AlertKind
{
    /// <summary>More tokens in the window than the limit.</summary>
    Tokens,
    /// <summary>More requests with a negative policy verdict in the window than the limit.</summary>
    PolicyFailures,
    /// <summary>A 95th percentile of the durations in the window, in milliseconds, above the limit.</summary>
    P95Duration,
    /// <summary>A higher cost in the window than the limit, at the prices in the store and in their currency.</summary>
    Cost,
    /// <summary>No request in the window.</summary>
    NoTelemetry,
}

/// <summary>What a limit applies to: each value is an alert of its own.</summary>
internal enum AlertDimension
{
    Total,
    User,
    Model,
    Provider,
}
