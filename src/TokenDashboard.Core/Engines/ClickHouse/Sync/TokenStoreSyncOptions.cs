using System.Net;
using TokenDashboard.Pricing;

namespace TokenDashboard.Engines.ClickHouse.Sync;

/// <summary>The options of <see cref="TokenStoreSync"/>.</summary>
internal sealed record TokenStoreSyncOptions
{
    /// <summary>The source of the requests; null for the names of the computer and of the file.</summary>
    public string? Source { get; init; }

    /// <summary>The credential; null for the user of the environment.</summary>
    public NetworkCredential? Credential { get; init; }

    /// <summary>The cluster on which tables are created; null for tables on one server.</summary>
    public string? Cluster { get; init; }

    public int BatchRows { get; init; } = 100_000;

    /// <summary>Requests before this time are neither sent nor compared; null for all.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Whether to update and remove rows in the target that were changed or removed in the store.</summary>
    public bool Repair { get; init; }

    /// <summary>The prices to write for dashboards and alert rules; null keeps the existing prices.</summary>
    public PriceList? Prices { get; init; }

    /// <summary>Whether only the newest requests are compared.</summary>
    public bool SkipCheck { get; init; }
}
