using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Grafana.Alerting;

/// <summary>Writes the files from which Grafana itself creates alert rules when it starts or reloads: one for each rule, in JSON, which is valid YAML.</summary>
internal sealed partial class AlertProvisioningWriter(ProvisioningOptions options, PublishCallbacks callbacks)
{
    private const string Prefix = "tokendashboard-";

    private readonly ProvisioningFolder _folder = new(options.Path, callbacks);
    private readonly AlertRuleSet _set = new();

    /// <summary>Writes a rule's file, unless it already has this text. Returns null if the user declines.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.AlertRuleInvalid"/>: the folder is nested, or the rule conflicts with another rule of this run.
    /// </exception>
    public GrafanaPublishResult? Write(AlertRule rule)
    {
        string folder = rule.Folder ?? options.Folder ?? AlertRulePublisher.DefaultFolder;
        if (folder.Contains('/', StringComparison.Ordinal))
        {
            throw new TokenDashboardException(
                ErrorCode.AlertRuleInvalid,
                $"The alert rule '{rule.Name}' cannot go to '{folder}': file provisioning does not create nested folders. Use a title without a slash.",
                target: rule.Name);
        }
        _set.Add(rule, folder);
        return WriteFile(rule.Uid, Text("groups", Group(rule, folder)), GrafanaPublishAction.Updated);
    }

    /// <summary>
    /// Replaces the files of rules that an earlier run wrote and for which <see cref="Write"/> was not called with files that make Grafana delete
    /// these rules. Without such a file, Grafana would keep them.
    /// </summary>
    public IEnumerable<GrafanaPublishResult> Prune()
    {
        string folder = _folder.PathOf("alerting");
        foreach (string path in (Directory.Exists(folder) ? Directory.GetFiles(folder, $"{Prefix}*.yaml") : []).Order(StringComparer.Ordinal))
        {
            string uid = Path.GetFileNameWithoutExtension(path)[Prefix.Length..];
            string gone = Text("deleteRules", new JsonObject { ["orgId"] = options.OrgId, ["uid"] = uid });
            if (!_set.Has(uid) && RegularFile.TryReadText(path) is { } text && IsOurs(text, uid) && text != gone
                && WriteFile(uid, gone, GrafanaPublishAction.Removed) is { } result)
            {
                yield return result;
            }
        }
    }

    /// <summary>A file of this writer begins with its header and is named like the rule in it. A copy of such a file has another name.</summary>
    private static bool IsOurs(string text, string uid) =>
        text.StartsWith(ProvisioningFolder.Header, StringComparison.Ordinal) && text.Contains($"\"uid\": \"{uid}\"", StringComparison.Ordinal);

    private GrafanaPublishResult? WriteFile(string uid, string text, GrafanaPublishAction change) =>
        _folder.Write($"alerting/{Prefix}{uid}.yaml", uid, text, change);

    // Grafana does not replace environment variables in queries.
    private JsonObject Group(AlertRule rule, string folder)
    {
        AlertRule literal = rule with
        {
            Name = ProvisioningFolder.Literal(rule.Name), Labels = rule.Labels.ToDictionary(label => label.Key, label => ProvisioningFolder.Literal(label.Value)),
            Annotations = rule.Annotations.ToDictionary(annotation => annotation.Key, annotation => Template(annotation.Value)),
        };
        JsonObject fields = AlertRuleContent.Fields(literal, Plugin, options.DataSourceUid ?? Plugin.DefaultUid);
        fields["isPaused"] = rule.Paused ?? false;
        return new()
        {
            ["orgId"] = options.OrgId,
            ["name"] = ProvisioningFolder.Literal(rule.Group),
            ["folder"] = ProvisioningFolder.Literal(folder),
            ["interval"] = AlertLength.Format(rule.Interval),
            ["rules"] = new JsonArray(fields),
        };
    }

    /// <summary>
    /// An annotation is a template. Newer versions of Grafana replace ${NAME} and $__env{NAME} in it. In older versions, two dollar signs stay two. A
    /// dollar sign that the template writes is one dollar sign in all versions.
    /// </summary>
    private static string Template(string annotation) => Variable().Replace(annotation, match => match.Value == "$" ? "{{ \"$\" }}" : match.Value);

    // A whole action of the template, which is kept, or the dollar sign of a variable in braces.
    [GeneratedRegex(@"\{\{.*?\}\}|\$(?=(__[a-z]+)?\{)", RegexOptions.Singleline | RegexOptions.CultureInvariant)] private static partial Regex Variable();

    private DataSourcePlugin Plugin => DataSourcePlugin.Of(options.Engine);

    private static string Text(string list, JsonObject item) =>
        ProvisioningFolder.Header + new JsonObject { ["apiVersion"] = 1, [list] = new JsonArray(item) }.ToJsonString(DashboardDocument.Readable) + "\n";
}
