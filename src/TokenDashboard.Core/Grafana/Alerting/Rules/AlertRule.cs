using TokenDashboard.Telemetry;

namespace TokenDashboard.Grafana.Alerting.Rules;

/// <summary>An alert rule in the words of this product, complete and valid. <see cref="AlertRuleReader"/> makes it.</summary>
public sealed record AlertRule
{
    /// <summary>By which Grafana finds it again: 1 to 40 of A-Z, a-z, 0-9, hyphen and underscore.</summary>
    public required string Uid { get; init; }

    /// <summary>Its title in Grafana, 1 to 190 characters.</summary>
    public required string Name { get; init; }

    /// <summary>What is watched.</summary>
    public required AlertKind Kind { get; init; }

    /// <summary>For what the limit holds.</summary>
    public AlertDimension By { get; init; }

    /// <summary>How far back each evaluation looks: whole seconds, a minute to 366 days.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>Above which number it alerts: 0 or more; tokens, requests or milliseconds. Unused by <see cref="AlertKind.NoTelemetry"/>.</summary>
    public double Limit { get; init; }

    /// <summary>Which requests count; its range is not used.</summary>
    public RequestFilter Filter { get; init; } = new();

    /// <summary>Only this many of the store's newest rows are looked at, 1 or more; null for all.</summary>
    public long? NewestRows { get; init; }

    /// <summary>How long the limit must be exceeded before it alerts: whole seconds, 0 or more.</summary>
    public TimeSpan For { get; init; }

    /// <summary>How often it is evaluated: whole tens of seconds, 10 seconds to a day.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>The rule group, all rules of which are evaluated at the same interval.</summary>
    public required string Group { get; init; }

    /// <summary>The titles of its folder, nested ones with slashes; null for the one all rules of a run go to.</summary>
    public string? Folder { get; init; }

    /// <summary>What it becomes without data.</summary>
    public AlertNoDataState NoDataState { get; init; }

    /// <summary>What it becomes when the query fails.</summary>
    public AlertErrorState ErrorState { get; init; }

    /// <summary>Whether it is paused; null leaves that to Grafana's users.</summary>
    public bool? Paused { get; init; }

    /// <summary>Labels, by which notifications are routed.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Annotations, which notifications show; <c>summary</c> is always there.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();
}
