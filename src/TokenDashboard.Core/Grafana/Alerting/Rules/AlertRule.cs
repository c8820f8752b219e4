namespace TokenDashboard.Grafana.Alerting.Rules;

/// <summary>A complete and valid alert rule. <see cref="AlertRuleReader"/> reads it.</summary>
internal sealed record AlertRule
{
    /// <summary>The maximum number of alerts of a rule, those with the highest values.</summary>
    internal const int MaxNames = 100;

    // NoData and Error are alerts named DatasourceNoData and DatasourceError. KeepLast requires Grafana 11 or later.
    internal static readonly string[] NoDataStates = ["OK", "NoData", "Alerting", "KeepLast"];
    internal static readonly string[] ErrorStates = ["Error", "OK", "Alerting", "KeepLast"];

    /// <summary>The name of the label with the user, model or provider; null for a rule without a dimension.</summary>
    internal string? Label => By == AlertDimension.Total ? null : By.ToString().ToLowerInvariant();

    /// <summary>Its uid: 1 to 40 of A-Z, a-z, 0-9, hyphen and underscore.</summary>
    public required string Uid { get; init; }
    /// <summary>Its title in Grafana, 1 to 190 characters.</summary>
    public required string Name { get; init; }
    internal AlertKind Kind { get; init; }
    internal AlertDimension By { get; init; }
    /// <summary>The length of the time window of an evaluation: whole seconds, from a minute to 366 days.</summary>
    internal TimeSpan Window { get; init; }
    /// <summary>Whether the window starts with the calendar month, in UTC.</summary>
    internal bool MonthSoFar { get; init; }
    /// <summary>The limit above which the rule alerts: 0 or more tokens, requests, milliseconds or units of money. Not used by <see cref="AlertKind.NoTelemetry"/>.</summary>
    internal double Limit { get; init; }
    /// <summary>Selects requests. Its time range is not used.</summary>
    internal RequestFilter Filter { get; init; } = new();
    /// <summary>The number of the newest rows of a SQLite store that are read, 1 or more; null for all. ClickHouse finds the rows of a time range itself.</summary>
    internal long? NewestRows { get; init; }
    /// <summary>How long the limit must be exceeded before the rule alerts: whole seconds, 0 or more.</summary>
    internal TimeSpan For { get; init; }
    /// <summary>The evaluation interval: a multiple of ten seconds, from 10 seconds to a day.</summary>
    internal TimeSpan Interval { get; init; }
    /// <summary>The rule group. All rules of a group have the same interval.</summary>
    internal string Group { get; init; } = "";
    /// <summary>The title of the folder, with slashes for nested folders; null for the default folder of the run.</summary>
    internal string? Folder { get; init; }
    /// <summary>Grafana's name of the state if the query has no result: one of <see cref="NoDataStates"/>.</summary>
    internal string NoDataState { get; init; } = "OK";
    /// <summary>Grafana's name of the state if the query fails: one of <see cref="ErrorStates"/>.</summary>
    internal string ErrorState { get; init; } = "Error";
    /// <summary>Whether the rule is paused; null keeps the state in Grafana.</summary>
    internal bool? Paused { get; init; }
    /// <summary>Labels, by which notifications are routed.</summary>
    internal IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    /// <summary>Annotations, which notifications show. <c>summary</c> always exists.</summary>
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

/// <summary>What a limit applies to. Each value of the dimension has a separate alert.</summary>
internal enum AlertDimension
{
    Total,
    User,
    Model,
    Provider,
}
