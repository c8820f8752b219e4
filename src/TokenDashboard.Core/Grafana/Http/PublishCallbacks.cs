namespace TokenDashboard.Grafana.Http;

/// <summary>How publishing reports to its caller, on the caller's thread.</summary>
/// <param name="ShouldProcess">Asks before each write, with the target and the action; false leaves it undone.</param>
/// <param name="Verbose">Takes what was found and done, step by step.</param>
/// <param name="Warning">Takes what works now and may fail later.</param>
/// <param name="Debug">Takes one line a request, without headers and bodies.</param>
public sealed record PublishCallbacks(Func<string, string, bool> ShouldProcess, Action<string> Verbose, Action<string> Warning, Action<string> Debug);
