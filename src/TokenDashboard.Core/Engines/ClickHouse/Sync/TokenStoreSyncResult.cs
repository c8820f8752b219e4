namespace TokenDashboard;

/// <summary>The result of a run.</summary>
public sealed class TokenStoreSyncResult
{
    internal TokenStoreSyncResult(string database, string target, string source) => (Database, Target, Source) = (database, target, source);

    /// <summary>The path of the store.</summary>
    public string Database { get; }

    /// <summary>The address of ClickHouse, without a password.</summary>
    public string Target { get; }

    /// <summary>The source of the requests in the target.</summary>
    public string Source { get; }

    /// <summary>Requests that were sent because they were missing in the target.</summary>
    public long Sent { get; internal set; }

    /// <summary>Requests of this source that were already in the target, among the compared requests.</summary>
    public long AlreadyThere { get; internal set; }

    /// <summary>Requests that were changed in the store after they were sent.</summary>
    public long Changed { get; internal set; }

    /// <summary>Requests of the target that are no longer in the store. Requests that Remove-TokenUsage removed are not counted, and stay in the target.</summary>
    public long Removed { get; internal set; }

    /// <summary>Changed and removed requests that were repaired in the target.</summary>
    public long Repaired { get; internal set; }

    /// <summary>
    /// Requests that Remove-TokenUsage removed from the store before they were sent. Only their rollups are left. 0 if only the newest requests
    /// were compared.
    /// </summary>
    public long NotSendable { get; internal set; }

    /// <summary>Models of this source whose prices in the target changed.</summary>
    public int PricedModels { get; internal set; }

    /// <summary>The largest row id of this source in the target; null without requests.</summary>
    public long? Watermark { get; internal set; }

    /// <summary>
    /// Whether the store appears to be a different file from the one whose requests were sent: its largest row id is below that in the target, and
    /// it contains none of the newest requests in the target. Then nothing is sent or compared, unless a repair is requested.
    /// </summary>
    public bool IsOtherStore { get; internal set; }

    /// <summary>The duration of the run.</summary>
    public double Seconds { get; internal set; }

    /// <summary>The source and the number of requests.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Source}: {Sent:N0} sent, {AlreadyThere:N0} already there");
}
