using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Grafana.Alerting;

/// <summary>
/// Writes the files from which Grafana itself makes alert rules when it starts or is told to: one for each rule, in JSON, which is YAML.
/// </summary>
public sealed class AlertProvisioningWriter
{
    private const string Prefix = "tokendashboard-";

    private const string Header = "# Written by Publish-GrafanaAlertRule. Changes made here are overwritten by its next run.\n";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly AlertProvisioningOptions _options;
    private readonly PublishCallbacks _callbacks;
    private readonly AlertRuleSet _set = new();

    /// <summary>Prepares for a folder without touching it.</summary>
    public AlertProvisioningWriter(AlertProvisioningOptions options, PublishCallbacks callbacks)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(callbacks);
        _options = options;
        _callbacks = callbacks;
    }

    /// <summary>Writes a rule's file. One that holds the right text already stays untouched.</summary>
    /// <returns>The result; null where the writing was declined.</returns>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.AlertRuleInvalid"/>: a folder in a folder, or it contradicts another rule of this run;
    /// <see cref="ErrorCode.DashboardWriteFailed"/>.
    /// </exception>
    public GrafanaPublishResult? Write(AlertRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        string folder = rule.Folder ?? _options.Folder;
        if (folder.Contains('/', StringComparison.Ordinal))
        {
            throw new TokenDashboardException(
                ErrorCode.AlertRuleInvalid,
                $"The alert rule '{rule.Name}' cannot go to '{folder}': file provisioning makes no folders in folders on all versions of Grafana, so it must be one title without a slash.",
                target: rule.Name);
        }
        _set.Add(rule, folder);
        return WriteFile(rule.Uid, Text(new JsonObject { ["apiVersion"] = 1, ["groups"] = new JsonArray(Group(rule, folder)) }), GrafanaPublishAction.Updated);
    }

    /// <summary>
    /// Turns the files of rules an earlier run wrote, and <see cref="Write"/> was not called for, into ones that have Grafana delete those
    /// rules. Without a file Grafana would keep them.
    /// </summary>
    /// <returns>One result for each file that was changed.</returns>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardWriteFailed"/>.</exception>
    public IEnumerable<GrafanaPublishResult> Prune()
    {
        string folder = Path.GetFullPath(Path.Combine(_options.Path, "alerting"));
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder, $"{Prefix}*.yaml") : [];
        foreach (string path in files.Order(StringComparer.Ordinal))
        {
            string uid = Path.GetFileNameWithoutExtension(path)[Prefix.Length..];
            string? text = Read(path);
            string gone = Text(new JsonObject
            {
                ["apiVersion"] = 1,
                ["deleteRules"] = new JsonArray(new JsonObject { ["orgId"] = _options.OrgId, ["uid"] = uid }),
            });
            if (!_set.Has(uid) && text is not null && IsOurs(text, uid) && text != gone
                && WriteFile(uid, gone, GrafanaPublishAction.Removed) is { } result)
            {
                yield return result;
            }
        }
    }

    /// <summary>A file this writer made begins as such and is named like the rule in it; a copy of one is not.</summary>
    private static bool IsOurs(string text, string uid) =>
        text.StartsWith(Header, StringComparison.Ordinal) && text.Contains($"\"uid\": \"{uid}\"", StringComparison.Ordinal);

    private GrafanaPublishResult? WriteFile(string uid, string text, GrafanaPublishAction change)
    {
        string name = $"alerting/{Prefix}{uid}.yaml";
        string path = Path.GetFullPath(Path.Combine(_options.Path, name));
        GrafanaPublishAction action = !File.Exists(path) ? GrafanaPublishAction.Created : Read(path) == text ? GrafanaPublishAction.Unchanged : change;
        if (action != GrafanaPublishAction.Unchanged)
        {
            string verb = action switch { GrafanaPublishAction.Created => "Create", GrafanaPublishAction.Removed => "Remove the rule of", _ => "Update" };
            if (!_callbacks.ShouldProcess($"File '{path}'", verb))
            {
                return null;
            }
            AtomicFile.WriteBelow(_options.Path, path, text);
        }
        _callbacks.Verbose($"{action}: {path}");
        return new GrafanaPublishResult { Kind = GrafanaPublishKind.ProvisioningFile, Name = name, Action = action, Uid = uid, Path = path };
    }

    private JsonObject Group(AlertRule rule, string folder)
    {
        var labels = new JsonObject(rule.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => KeyValuePair.Create<string, JsonNode?>(label.Key, Literal(label.Value))));
        var annotations = new JsonObject(rule.Annotations.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => KeyValuePair.Create<string, JsonNode?>(each.Key, each.Value)));
        return new JsonObject
        {
            ["orgId"] = _options.OrgId,
            ["name"] = Literal(rule.Group),
            ["folder"] = Literal(folder),
            ["interval"] = AlertLength.Format(rule.Interval),
            ["rules"] = new JsonArray(new JsonObject
            {
                ["uid"] = rule.Uid,
                ["title"] = Literal(rule.Name),
                ["condition"] = "C",
                // Grafana replaces no environment variables in here, nor in annotations.
                ["data"] = AlertRuleContent.Data(rule, _options.DataSourceUid),
                ["noDataState"] = rule.NoDataState.ToString(),
                ["execErrState"] = rule.ErrorState.ToString(),
                ["for"] = AlertLength.Format(rule.For),
                ["annotations"] = annotations,
                ["labels"] = labels,
                ["isPaused"] = rule.Paused ?? false,
            }),
        };
    }

    private static string Text(JsonObject content) => Header + content.ToJsonString(Readable) + "\n";

    private static string? Read(string path)
    {
        try
        {
            return RegularFile.ReadText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Writing it will say why.
            return null;
        }
    }

    /// <summary>Grafana replaces $NAME by environment variables; two dollar signs are one.</summary>
    private static string Literal(string text) => text.Replace("$", "$$", StringComparison.Ordinal);
}
