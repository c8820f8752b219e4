namespace TokenDashboard.Grafana.Http;

/// <summary>
/// How publishing reports to its caller, on the caller's thread. Each write is confirmed, with its target and action, or skipped. Debug gets a line per
/// request, without headers and bodies.
/// </summary>
internal sealed record PublishCallbacks(Func<string, string, bool> ShouldProcess, Action<string> Verbose, Action<string> Warning, Action<string> Debug);
