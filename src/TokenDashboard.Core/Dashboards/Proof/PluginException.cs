namespace TokenDashboard.Dashboards.Proof;

/// <summary>The plugin refuses a query or its result; the message is what Grafana shows.</summary>
internal sealed class PluginException(string message) : Exception(message);
