namespace TokenDashboard.Grafana.Http;

/// <summary>How publishing reports to its caller, on its thread. A write is confirmed by target and action, or skipped. Debug gets no headers and bodies.</summary>
internal sealed record PublishCallbacks(Func<string, string, bool> ShouldProcess, Action<string> Verbose, Action<string> Warning, Action<string> Debug)
{
    /// <summary>Whether the caller has not been warned of something before, such as a server's address.</summary>
    internal Func<string, bool> IsNew { get; init; } = _ => true;
}
