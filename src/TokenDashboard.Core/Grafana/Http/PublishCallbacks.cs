namespace TokenDashboard.Grafana.Http;

/// <summary>
/// The callbacks of publishing, which run on the caller's thread. A write is confirmed by target and action, or skipped. Debug receives no
/// headers and bodies.
/// </summary>
internal sealed record PublishCallbacks(Func<string, string, bool> ShouldProcess, Action<string> Verbose, Action<string> Warning, Action<string> Debug)
{
    /// <summary>Whether the caller has not been warned of a subject before, such as a server's address.</summary>
    internal Func<string, bool> IsNew { get; init; } = _ => true;
}
