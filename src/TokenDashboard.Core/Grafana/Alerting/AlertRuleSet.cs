using TokenDashboard.Grafana.Alerting.Rules;

namespace TokenDashboard.Grafana.Alerting;

/// <summary>The rules of one run, which must not conflict.</summary>
internal sealed class AlertRuleSet
{
    private readonly HashSet<string> _uids = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<(string Folder, string Name)> _names = [];
    private readonly Dictionary<(string Folder, string Group), TimeSpan> _groups = [];

    internal bool Has(string uid) => _uids.Contains(uid);

    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.AlertRuleInvalid"/>: another rule has the uid, or the name in that folder, or another interval.</exception>
    internal void Add(AlertRule rule, string folder)
    {
        string? problem = null;
        if (!_uids.Add(rule.Uid))
        {
            problem = $"has the uid '{rule.Uid}', which another rule of this run has too. Give each rule its own; without Uid it is derived from Name";
        }
        else if (!_names.Add((folder, rule.Name)))
        {
            problem = $"has the name of another rule of this run in the folder '{folder}'. Grafana allows a name only once in a folder";
        }
        else if (!_groups.TryAdd((folder, rule.Group), rule.Interval) && _groups[(folder, rule.Group)] != rule.Interval)
        {
            problem = $"has another Interval than another rule of this run in the group '{rule.Group}'. Give one of them another Group, or both the same Interval";
        }
        if (problem is not null)
        {
            throw new TokenDashboardException(ErrorCode.AlertRuleInvalid, $"The alert rule '{rule.Name}' {problem}.", target: rule.Name);
        }
    }
}
