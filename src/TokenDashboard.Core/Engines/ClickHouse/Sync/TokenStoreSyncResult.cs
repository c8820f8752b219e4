using System.Net;
using TokenDashboard.Pricing;

namespace TokenDashboard.Engines.ClickHouse.Sync;

/// <summary>What a run of <see cref="TokenStoreSync"/> is asked for.</summary>
internal sealed record TokenStoreSyncOptions
{
    /// <summary>The source of the requests; null for the names of the computer and of the file.</summary>
    public string? Source { get; init; }

    /// <summary>Who signs in; null for the environment's user.</summary>
    public NetworkCredential? Credential { get; init; }

    /// <summary>The cluster whose tables are made; null for a table of one server.</summary>
    public string? Cluster { get; init; }

    /// <summary>How many rows are sent at once.</summary>
    public int BatchRows { get; init; } = 100_000;

    /// <summary>Requests before this time are neither sent nor compared; null for all.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Whether rows are changed and removed in the target as they were in the store.</summary>
    public bool Repair { get; init; }

    /// <summary>The prices that are written beside the requests, for dashboards and alert rules; null leaves those that are there.</summary>
    public PriceList? Prices { get; init; }

    /// <summary>Whether only the newest requests are compared.</summary>
    public bool SkipCheck { get; init; }
}

/// <summary>What a run did.</summary>
public sealed class TokenStoreSyncResult
{
    internal TokenStoreSyncResult(string database, string target, string source) => (Database, Target, Source) = (database, target, source);

    /// <summary>The path of the store.</summary>
    public string Database { get; }

    /// <summary>The address of ClickHouse, without a password.</summary>
    public string Target { get; }

    /// <summary>The source of the requests in the target.</summary>
    public string Source { get; }

    /// <summary>Requests that were sent because the target lacked them.</summary>
    public long Sent { get; internal set; }

    /// <summary>Requests of this source that the target had before, as far as they were compared.</summary>
    public long AlreadyThere { get; internal set; }

    /// <summary>Requests that were changed in the store after they were sent.</summary>
    public long Changed { get; internal set; }

    /// <summary>Requests of the target that are no longer in the store; those that Remove-TokenUsage removed do not count and stay.</summary>
    public long Removed { get; internal set; }

    /// <summary>Changed and removed requests that were mended in the target.</summary>
    public long Repaired { get; internal set; }

    /// <summary>Requests that Remove-TokenUsage removed from the store before they were sent. Only their rollups are left. 0 where only the newest were compared.</summary>
    public long NotSendable { get; internal set; }

    /// <summary>Models of this source that have other prices in the target now.</summary>
    public int PricedModels { get; internal set; }

    /// <summary>The largest row id of this source in the target; null where there is none.</summary>
    public long? Watermark { get; internal set; }

    /// <summary>
    /// Whether the store looks like another file than the one whose requests were sent: its largest row id is below that in the target, and none of the
    /// newest requests there is in it. Then nothing is sent or compared, unless a repair is asked for.
    /// </summary>
    public bool IsOtherStore { get; internal set; }

    /// <summary>How long it took.</summary>
    public double Seconds { get; internal set; }

    /// <summary>What was sent.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Source}: {Sent:N0} sent, {AlreadyThere:N0} already there");
}
