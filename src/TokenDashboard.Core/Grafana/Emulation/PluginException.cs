using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>The plugin refuses a query or its result, and the message is what Grafana shows; or this product does not run it.</summary>
internal sealed class PluginException(string message, DashboardRule? rule = null) : Exception(message)
{
    /// <summary>The rule that is broken.</summary>
    internal DashboardRule Rule { get; } = rule ?? DashboardRules.QueryFailed;
}
