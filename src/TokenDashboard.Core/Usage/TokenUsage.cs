using System.Globalization;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>Usage of one group of requests. Properties of dimensions that were not asked for are null.</summary>
public sealed class TokenUsage : UsageFigures
{
    internal TokenUsage(UsageKey key, DateTimeOffset? start, DateTimeOffset? end, UsageAccumulator usage, UsageTotals all)
        : base(usage, all)
    {
        Start = start;
        End = end;
        User = key.User;
        Model = key.Model;
        Provider = key.Provider;
        RequestType = key.RequestType;
        Transaction = key.Transaction;
        Source = key.Source;
    }

    /// <summary>First instant of the hour, day, week or month, with the zone's offset.</summary>
    public DateTimeOffset? Start { get; }

    /// <summary>First instant after it.</summary>
    public DateTimeOffset? End { get; }

    /// <summary>The user; the empty string where it is unknown.</summary>
    public string? User { get; }

    /// <summary>The model.</summary>
    public string? Model { get; }

    /// <summary>The provider.</summary>
    public string? Provider { get; }

    /// <summary>The kind of request.</summary>
    public string? RequestType { get; }

    /// <summary>The transaction; the empty string where it is unknown.</summary>
    public string? Transaction { get; }

    /// <summary>The name of the store.</summary>
    public string? Source { get; }

    private protected override string Label =>
        string.Join(", ", new[] { Start?.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture), User, Model, Provider, RequestType, Transaction, Source }.Where(name => name is not null).DefaultIfEmpty("all"));
}
