namespace TokenDashboard.Grafana.Alerting.Rules;

/// <summary>A complete and valid alert rule. <see cref="AlertRuleReader"/> reads it.</summary>
/// <param name="Uid">Its uid: 1 to 40 of A-Z, a-z, 0-9, hyphen and underscore.</param>
/// <param name="Name">Its title in Grafana, 1 to 190 characters.</param>
/// <param name="Kind">What the rule measures.</param>
/// <param name="By">What the limit applies to.</param>
/// <param name="Window">The length of the time window of an evaluation: whole seconds, from a minute to 366 days.</param>
/// <param name="MonthSoFar">Whether the window starts with the calendar month, in UTC.</param>
/// <param name="Limit">The limit above which the rule alerts: 0 or more tokens, requests, milliseconds or units of money. Not used by <see cref="AlertKind.NoTelemetry"/>.</param>
/// <param name="Filter">Selects requests. Its time range is not used.</param>
/// <param name="NewestRows">The number of the newest rows of a SQLite store that are read, 1 or more; null for all. ClickHouse finds the rows of a time range itself.</param>
/// <param name="For">How long the limit must be exceeded before the rule alerts: whole seconds, 0 or more.</param>
/// <param name="Interval">The evaluation interval: a multiple of ten seconds, from 10 seconds to a day.</param>
/// <param name="Group">The rule group. All rules of a group have the same interval.</param>
/// <param name="Folder">The title of the folder, with slashes for nested folders; null for the default folder of the run.</param>
/// <param name="NoDataState">Grafana's name of the state if the query has no result: one of <see cref="NoDataStates"/>.</param>
/// <param name="ErrorState">Grafana's name of the state if the query fails: one of <see cref="ErrorStates"/>.</param>
/// <param name="Paused">Whether the rule is paused; null keeps the state in Grafana.</param>
/// <param name="Labels">Labels, by which notifications are routed.</param>
internal sealed record AlertRule(
    string Uid, string Name, AlertKind Kind, AlertDimension By, TimeSpan Window, bool MonthSoFar, double Limit, RequestFilter Filter, long? NewestRows, TimeSpan For,
    TimeSpan Interval, string Group, string? Folder, string NoDataState, string ErrorState, bool? Paused, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>The maximum number of alerts of a rule, those with the highest values.</summary>
    internal const int MaxNames = 100;

    // NoData and Error are alerts named DatasourceNoData and DatasourceError. KeepLast requires Grafana 11 or later.
    internal static readonly string[] NoDataStates = ["OK", "NoData", "Alerting", "KeepLast"];
    internal static readonly string[] ErrorStates = ["Error", "OK", "Alerting", "KeepLast"];

    /// <summary>The name of the label with the user, model or provider; null for a rule without a dimension.</summary>
    internal string? Label => By == AlertDimension.Total ? null : By.ToString().ToLowerInvariant();

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
