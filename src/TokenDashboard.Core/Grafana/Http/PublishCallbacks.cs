namespace TokenDashboard.Grafana.Http;

/// <summary>How publishing reports to its caller, on the caller's thread.</summary>
/// <param name="ShouldProcess">Confirms each write, with the target and the action; false skips it.</param>
/// <param name="Verbose">Receives each step.</param>
/// <param name="Warning">Receives warnings.</param>
/// <param name="Debug">Receives one line per request, without headers and bodies.</param>
public sealed record PublishCallbacks(Func<string, string, bool> ShouldProcess, Action<string> Verbose, Action<string> Warning, Action<string> Debug);
