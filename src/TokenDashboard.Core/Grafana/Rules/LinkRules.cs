using System.Text.RegularExpressions;
using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Rules;

/// <summary>Rules about links to dashboards. Links of a single dashboard are not checked.</summary>
internal static partial class LinkRules
{
    internal static IEnumerable<DashboardFinding> Check(ReadDashboard dashboard, IReadOnlyCollection<string> uids)
    {
        IEnumerable<(ReadPanel? Panel, string Url)> links = uids.Count < 2 ? [] :
        [
            .. dashboard.Root.Objects("links").Select(link => ((ReadPanel?)null, link.Text("url"))),
            .. dashboard.Panels.SelectMany(panel => Links(panel).Select(link => ((ReadPanel?)panel, link.Text("url")))),
        ];
        foreach ((ReadPanel? panel, string url) in links)
        {
            if (DashboardUrl().Match(url) is { Success: true } match && !uids.Contains(match.Groups["uid"].Value))
                yield return DashboardRules.LinkUnknown.Find(dashboard, $"A link leads to the uid '{match.Groups["uid"].Value}'.", panel);
        }
    }

    private static IEnumerable<JsonObject> Links(ReadPanel panel) =>
    [
        .. panel.Json.Objects("links"),
        .. panel.Defaults.Objects("links"),
        .. panel.Overridden("links").SelectMany(property => property.Objects("value")),
    ];

    // Addresses of other servers, and uids from variables, cannot be checked.
    [GeneratedRegex(@"^/?d/(?<uid>[A-Za-z0-9_-]+)(?=[/?#]|$)")] private static partial Regex DashboardUrl();
}
