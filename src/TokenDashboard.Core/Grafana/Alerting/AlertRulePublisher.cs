using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Api;
using TokenDashboard.Grafana.DataSources;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Publishing;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Grafana.Alerting;

/// <summary>
/// Publishes alert rules and their folders to a Grafana server. It reads, compares, and writes only differences. Rules that another tool manages
/// or changed are not overwritten. Grafana's API accepts no version, so a change that is saved between reading and writing is lost.
/// </summary>
internal sealed class AlertRulePublisher(GrafanaConnection connection, GrafanaPublishOptions options, PublishCallbacks callbacks, CancellationToken cancellation)
    : GrafanaSession(connection, callbacks, cancellation)
{
    internal const string DefaultFolder = "TokenDashboard";

    private readonly AlertRuleSet _set = new();
    private readonly Dictionary<(string? Title, string? Uid), FolderPlace> _places = [];
    private readonly Dictionary<string, string> _titles = [];
    private DataSourceIdentity? _dataSource;

    /// <summary>Prepares the server, the account and the data source, once. After a failure, no further work is possible.</summary>
    public IEnumerable<GrafanaPublishResult> Prepare()
    {
        if (_dataSource is null)
        {
            RequireAlerting();
            Connect();
            GrafanaPublishResult? result = new GrafanaDataSources(Client, Server, Callbacks)
                .Ensure(new GrafanaPublishOptions { DataSourceUid = DataSourceUid() }, out DataSourceIdentity identity);
            _dataSource = identity;
            if (result is not null)
                yield return result;
        }
    }

    /// <summary>
    /// Saves one rule if it differs, after its folder and before the interval of its group. If the user declines, the rule has no result. Call
    /// <see cref="Prepare"/> first. After the result <see cref="GrafanaPublishAction.Conflict"/>, an exception is thrown.
    /// </summary>
    public IEnumerable<GrafanaPublishResult> Publish(AlertRule rule)
    {
        JsonObject? stored = StoredAlertRule.Read(Client, rule.Uid);
        (string? Title, string? Uid) folder = Requested(rule) ?? (stored is null ? (DefaultFolder, null) : (null, stored.String("folderUID") ?? ""));
        if (!_places.TryGetValue(folder, out FolderPlace? place))
        {
            foreach (GrafanaPublishResult ensured in Folders.Ensure(folder.Title, folder.Uid))
                yield return ensured;
            place = Folders.Place.Uid is not "" ? Folders.Place : throw new TokenDashboardException(
                ErrorCode.GrafanaFolderConflict, $"The alert rule '{rule.Name}' needs a folder, because Grafana does not support alert rules outside of folders.", target: rule.Uid);
            _places.Add(folder, place);
        }
        _titles[rule.Uid] = place.Title;
        _set.Add(rule, place.Uid ?? place.Title);
        JsonObject wanted = AlertRuleContent.Of(rule, _dataSource!.Plugin, _dataSource.Uid, place.Uid ?? "");
        var result = new GrafanaPublishResult(
            GrafanaPublishKind.AlertRule, rule.Name, GrafanaPublishAction.Unchanged, rule.Uid, new Uri(Client.Url, $"alerting/grafana/{rule.Uid}/view"),
            FolderTitle: place.Title);
        AlertRuleGroup? group = place.Uid is null ? null : new AlertRuleGroup(Client, place.Uid, rule.Group).Read();
        bool same = stored is not null && AlertRuleContent.Holds(stored, wanted);
        if (same && group?.Interval == rule.Interval)
        {
            Callbacks.Verbose($"The alert rule '{rule.Name}' is up to date.");
            yield return result;
            yield break;
        }
        IReadOnlyList<GrafanaDashboardDifference>? changes = same || stored is null ? null : AlertRuleContent.Changes(stored, wanted);
        TokenDashboardException? changed = changes is null ? null : Obstacle(rule, stored!, wanted, changes);
        TokenDashboardException? conflict = changed ?? group?.Obstacle(rule, options.Force);
        string target = $"Alert rule '{rule.Name}' (uid '{rule.Uid}') in '{place.Title}' on {Client.Url}";
        if (conflict is null && !Callbacks.ShouldProcess(target, stored is null ? "Create" : "Update"))
            yield break;
        conflict ??= same ? null : Save(rule, place, stored, wanted);
        if (conflict is not null)
        {
            yield return result with { Action = GrafanaPublishAction.Conflict, Message = conflict.Message, Changes = changed is null ? null : changes };
            throw conflict;
        }
        if (!group!.Read().Has(rule.Uid))
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaVersionConflict, $"The {Name(rule)} was saved, but was then removed or moved in Grafana. Run the command again.", target: rule.Uid);
        }
        // A rule that was moved keeps its interval. The group does not show this, because it has the interval of its first rule.
        bool moved = stored is not null && (stored.String("folderUID"), stored.String("ruleGroup")) != (place.Uid, rule.Group);
        if (group.Interval != rule.Interval || moved)
        {
            group.Change(rule);
            Callbacks.Verbose($"Set the interval of the rule group '{rule.Group}' to {AlertLength.Format(rule.Interval)}.");
        }
        yield return result with { Action = stored is null ? GrafanaPublishAction.Created : GrafanaPublishAction.Updated };
    }

    /// <summary>The title of a rule's folder; null if it is unknown.</summary>
    internal string? FolderTitleOf(AlertRule rule) =>
        _titles.GetValueOrDefault(rule.Uid) ?? (Requested(rule) is { } folder ? _places.GetValueOrDefault(folder)?.Title : null);

    private (string? Title, string? Uid)? Requested(AlertRule rule) => rule.Folder is not null ? (rule.Folder, null)
        : options.Folder is not null || options.FolderUid is not null ? (options.Folder, options.FolderUid)
        : null;

    private void RequireAlerting()
    {
        // The tree of notification policies exists on every server with alert rules. Only a server without this API does not have the path.
        GrafanaResponse? response = Server.IsOld ? null : Client.Get("api/v1/provisioning/policies");
        if (response is { IsNoAnswer: true })
            throw response.Failure("check whether it supports alert rules", GrafanaPermission.ReadAlerts);
        if (response is null || (response.Status == 404 && response.Words.Equals("Not found", StringComparison.OrdinalIgnoreCase)))
        {
            throw Client.Error(
                ErrorCode.GrafanaAlertingMissing,
                $"Grafana {Server.Version} at {Client.Url} does not support alert rules, which require Grafana 9 or later with unified alerting. Upgrade it, or set enabled = true "
                    + "in the section [unified_alerting] of its configuration. Nothing was created.");
        }
    }

    private string DataSourceUid()
    {
        if (options.DataSourceUid is not null || options.DataSourceName is not { } name)
            return options.DataSourceUid ?? DataSourcePlugin.Sqlite.DefaultUid;
        return Array.Find(GrafanaDataSources.All(Client), item => item.Name == name)?.Uid ?? throw new TokenDashboardException(
            ErrorCode.GrafanaDataSourceMissing,
            $"Grafana at {Client.Url} has no data source named '{name}'. Create it with Set-GrafanaDataSource, or use another -DataSourceName.",
            target: name);
    }

    private TokenDashboardException? Obstacle(AlertRule rule, JsonObject stored, JsonObject wanted, IReadOnlyList<GrafanaDashboardDifference> changes)
    {
        string name = $"The {Name(rule)}";
        if (StoredAlertRule.ProvenanceOf(stored) is var provenance and not ("" or "api"))
        {
            return new TokenDashboardException(
                ErrorCode.GrafanaAlertRuleManaged,
                $"{name} is {(provenance == "file" ? "provisioned from a file on the server" : $"managed by another tool ('{provenance}')")} and differs from "
                    + "the rule to publish. Change it there, or use another Uid.",
                target: rule.Uid);
        }
        // It may have been sent for the data source of another plugin, with other fields.
        bool asPublished = DataSourcePlugin.All.Any(
            plugin => AlertRuleContent.IsAsPublished(stored, AlertRuleContent.Of(rule, plugin, _dataSource!.Uid, wanted.String("folderUID") ?? "")));
        string? source = AlertRuleContent.SourceOf(stored);
        if (asPublished && source == _dataSource!.Uid)
            return null;
        string what = asPublished ? $"queries the data source '{source}', not '{_dataSource!.Uid}'"
            : AlertRuleContent.IsMarked(stored) ? "was changed in Grafana after it was last published"
            : "exists in Grafana with different content and was not published by TokenDashboard";
        if (options.Force)
        {
            Callbacks.Verbose($"{name} {what}. It is overwritten because of -Force.");
            return null;
        }
        string advice = asPublished ? "Use another Name or Uid for the rules of a second store, or use -Force to change the data source of this rule."
            : "Make the change in the definition, or use -Force to overwrite it.";
        return new TokenDashboardException(
            ErrorCode.GrafanaVersionConflict,
            $"{name} {what}. It differs in {PublishObstacles.List(changes)}. Nothing was written. {advice}", target: rule.Uid);
    }

    private static string Name(AlertRule rule) => $"alert rule '{rule.Name}' (uid '{rule.Uid}')";

    /// <summary>Saves a rule. Returns the failure if another tool manages it or has just saved it.</summary>
    private TokenDashboardException? Save(AlertRule rule, FolderPlace place, JsonObject? stored, JsonObject wanted)
    {
        if (place.Uid is null)
            throw place.NotCreated("alert rule");
        bool IsDone() => StoredAlertRule.Read(Client, rule.Uid) is { } now && AlertRuleContent.Holds(now, wanted) && AlertRuleContent.IsAsPublished(now, wanted);
        // A rule that was created through the API without this header is managed by the API, which then rejects the header.
        GrafanaResponse? response = stored is null
            ? Client.Write(HttpMethod.Post, "api/v1/provisioning/alert-rules", wanted, IsDone, editable: true)
            : Client.Write(
                HttpMethod.Put, StoredAlertRule.PathOf(rule.Uid), AlertRuleContent.LaidOver(stored, wanted), IsDone,
                editable: StoredAlertRule.ProvenanceOf(stored) != "api");
        if (response is { IsSuccess: false } && response.Mentions("provenance"))
            return Error(ErrorCode.GrafanaAlertRuleManaged, $"another tool manages it: {response.Words}. Change it there, or use another Uid.");
        if (response is { IsRefusedByState: true } && IsDone())
        {
            Callbacks.Verbose($"The alert rule '{rule.Name}' was saved by another run at the same time.");
            return null;
        }
        // If the name is in use, the response is a bad request or, before version 10, a server error.
        if (response is { IsConflict: true } || response?.Mentions("should be unique") == true)
            return Error(ErrorCode.GrafanaVersionConflict, $"{response.Words}. Its name may already exist in '{place.Title}', or another run has just saved the rule. Run the command again.");
        response?.OrThrow($"save the alert rule '{rule.Name}'", GrafanaPermission.WriteAlerts);
        Callbacks.Verbose($"Saved the alert rule '{rule.Name}' in '{place.Title}'.");
        return null;

        TokenDashboardException Error(ErrorCode code, string why) => new(code, $"Grafana did not save the {Name(rule)}: {why}", target: rule.Uid);
    }
}

/// <summary>The rules of one run, which must not conflict.</summary>
internal sealed class AlertRuleSet
{
    private readonly HashSet<string> _uids = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<(string Folder, string Name)> _names = [];
    private readonly Dictionary<(string Folder, string Group), TimeSpan> _groups = [];

    internal bool Has(string uid) => _uids.Contains(uid);

    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.AlertRuleInvalid"/>: another rule has the same uid, the same name in that folder, or another interval.
    /// </exception>
    internal void Add(AlertRule rule, string folder)
    {
        string? problem = null;
        if (!_uids.Add(rule.Uid))
            problem = $"has the uid '{rule.Uid}', which another rule of this run also has. Use different uids. The default is derived from Name";
        else if (!_names.Add((folder, rule.Name)))
            problem = $"has the same name as another rule of this run in the folder '{folder}'. Grafana allows a name only once in a folder";
        else if (!_groups.TryAdd((folder, rule.Group), rule.Interval) && _groups[(folder, rule.Group)] != rule.Interval)
            problem = $"does not have the same Interval as another rule of this run in the group '{rule.Group}'. Use another Group for one of them, or the same Interval for both";
        if (problem is not null)
            throw new TokenDashboardException(ErrorCode.AlertRuleInvalid, $"The alert rule '{rule.Name}' {problem}.", target: rule.Name);
    }
}
