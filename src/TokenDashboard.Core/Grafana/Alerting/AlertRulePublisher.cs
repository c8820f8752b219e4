using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Api;
using TokenDashboard.Grafana.DataSources;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Grafana.Alerting;

/// <summary>
/// Brings alert rules and their folders to a Grafana server. It reads, compares, and writes only what differs; what belongs to others
/// stays as it is. Grafana's API takes no version, so a change somebody saves between the reading and the writing is lost.
/// </summary>
public sealed class AlertRulePublisher : IDisposable
{
    internal const string ReadPermission = "alert.provisioning:read (role Admin)";
    internal const string WritePermission = "alert.provisioning:write (role Admin)";

    private readonly GrafanaConnection _connection;
    private readonly AlertRuleOptions _options;
    private readonly PublishCallbacks _callbacks;
    private readonly GrafanaClient _client;
    private readonly AlertRuleSet _set = new();
    private readonly Dictionary<(string? Title, string? Uid), FolderPlace> _places = [];
    private GrafanaServer? _server;
    private GrafanaFolders? _folders;
    private string? _dataSource;

    /// <summary>Prepares for a server without talking to it.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.GrafanaSignInInvalid"/>.</exception>
    public AlertRulePublisher(GrafanaConnection connection, AlertRuleOptions options, PublishCallbacks callbacks, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(callbacks);
        _connection = connection;
        _options = options;
        _callbacks = callbacks;
        _client = new GrafanaClient(connection, callbacks, cancellation);
    }

    /// <summary>Makes sure of the server, the account and the data source, once. After a failure nothing further can work.</summary>
    /// <exception cref="TokenDashboardException">Any of the Grafana codes.</exception>
    public IEnumerable<GrafanaPublishResult> Prepare()
    {
        if (_dataSource is not null)
        {
            yield break;
        }
        if (_server is null)
        {
            _server = GrafanaServer.Probe(_client, _connection.OrgId, _callbacks.Verbose);
            RequireAlerting(_server);
        }
        _folders ??= new GrafanaFolders(_client, _server, DashboardApis.Choose(_client, _connection, _server, _callbacks.Verbose), _callbacks);
        var sources = new GrafanaDataSources(_client, _server, _callbacks);
        GrafanaPublishResult? result = sources.Ensure(new GrafanaPublishOptions { DataSourceUid = DataSourceUid() }, out DataSourceIdentity identity);
        _dataSource = identity.Uid;
        if (result is not null)
        {
            yield return result;
        }
    }

    /// <summary>Saves one rule if it differs, its folder before and the interval of its group behind. Call <see cref="Prepare"/> before.</summary>
    /// <returns>One result for a folder that was not named before, and one for the rule, or none where the write was declined.</returns>
    /// <exception cref="TokenDashboardException">
    /// After a result <see cref="GrafanaPublishAction.Conflict"/>: <see cref="ErrorCode.GrafanaVersionConflict"/> or
    /// <see cref="ErrorCode.GrafanaAlertRuleManaged"/>. <see cref="ErrorCode.AlertRuleInvalid"/>: it contradicts another rule of this run.
    /// Otherwise any of the Grafana codes.
    /// </exception>
    public IEnumerable<GrafanaPublishResult> Publish(AlertRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        string dataSource = _dataSource ?? throw new InvalidOperationException("Prepare was not called.");
        StoredAlertRule? stored = StoredAlertRule.Read(_client, rule.Uid);
        List<GrafanaPublishResult> folders = Place(rule, stored, out FolderPlace place);
        foreach (GrafanaPublishResult folder in folders)
        {
            yield return folder;
        }
        _set.Add(rule, place.Uid ?? place.Title);
        JsonObject wanted = AlertRuleContent.Of(rule, dataSource, place.Uid ?? "");
        var result = new GrafanaPublishResult
        {
            Kind = GrafanaPublishKind.AlertRule,
            Name = rule.Name,
            Action = GrafanaPublishAction.Unchanged,
            Uid = rule.Uid,
            Url = new Uri(_client.Url, $"alerting/grafana/{rule.Uid}/view"),
            FolderTitle = place.Title,
        };
        AlertRuleGroup? group = place.Uid is null ? null : AlertRuleGroup.Read(_client, place.Uid, rule.Group);
        bool same = stored is not null && AlertRuleContent.Holds(stored.Json, wanted);
        if (same && group?.Interval == rule.Interval)
        {
            _callbacks.Verbose($"The alert rule '{rule.Name}' is as it should be.");
            yield return result;
            yield break;
        }
        TokenDashboardException? obstacle = (same ? null : Obstacle(rule, stored, wanted)) ?? group?.Obstacle(rule, _options.Force);
        if (obstacle is not null)
        {
            yield return result with { Action = GrafanaPublishAction.Conflict, Message = obstacle.Message };
            throw obstacle;
        }
        if (!_callbacks.ShouldProcess($"Alert rule '{rule.Name}' (uid '{rule.Uid}') in '{place.Title}' on {_client.Url}", stored is null ? "Create" : "Update"))
        {
            yield break;
        }
        if (!same && Save(rule, place, stored, wanted) is { } conflict)
        {
            yield return result with { Action = GrafanaPublishAction.Conflict, Message = conflict.Message };
            throw conflict;
        }
        group = AlertRuleGroup.Read(_client, place.Uid!, rule.Group);
        if (group.Interval != rule.Interval)
        {
            group.Change(rule.Interval);
            _callbacks.Verbose($"The rule group '{rule.Group}' is evaluated every {AlertLength.Format(rule.Interval)} now.");
        }
        yield return result with { Action = stored is null ? GrafanaPublishAction.Created : GrafanaPublishAction.Updated };
    }

    /// <summary>Ends the connections.</summary>
    public void Dispose() => _client.Dispose();

    /// <summary>Makes sure that there is anything to publish to, before anything is made.</summary>
    private void RequireAlerting(GrafanaServer server)
    {
        // The tree of notification policies is there wherever alert rules are; only a server without that interface has no such path.
        GrafanaResponse? response = server.IsOld ? null : _client.Get("api/v1/provisioning/policies");
        if (response is { IsNoAnswer: true })
        {
            throw response.Failure("see whether it takes alert rules", ReadPermission);
        }
        if (response is null || (response.Status == 404 && response.Words.Equals("Not found", StringComparison.OrdinalIgnoreCase)))
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaAlertingMissing,
                $"Grafana {server.Version} at {_client.Url} takes no alert rules: that needs Grafana 9 or later with unified alerting. Upgrade it, or set "
                    + "enabled = true in the section [unified_alerting] of its configuration. Nothing was made.",
                target: _client.Url);
        }
    }

    private string DataSourceUid()
    {
        if (_options.DataSourceUid is not null || _options.DataSourceName is not { } name)
        {
            return _options.DataSourceUid ?? SqliteDataSource.DefaultUid;
        }
        DataSourceItem[] all = _client.Get("api/datasources").OrThrow("list data sources", "datasources:read (role Admin); give -DataSourceUid instead")
            .As(GrafanaJson.Default.DataSourceItemArray);
        return Array.Find(all, item => item.Name == name)?.Uid ?? throw new TokenDashboardException(
            ErrorCode.GrafanaDataSourceMissing,
            $"Grafana at {_client.Url} has no data source named '{name}'. Make it with Set-GrafanaDataSource, or give another -DataSourceName.",
            target: name);
    }

    private List<GrafanaPublishResult> Place(AlertRule rule, StoredAlertRule? stored, out FolderPlace place)
    {
        (string? Title, string? Uid) wanted = rule.Folder is not null ? (rule.Folder, null) : (_options.Folder, _options.FolderUid);
        if (wanted is (null, null))
        {
            wanted = stored is null ? (AlertRuleOptions.DefaultFolder, null) : (null, stored.FolderUid);
        }
        List<GrafanaPublishResult> results = [];
        if (!_places.TryGetValue(wanted, out FolderPlace? known))
        {
            results.AddRange(_folders!.Ensure(wanted.Title, wanted.Uid));
            known = _folders.Place;
            if (known.Uid is "")
            {
                throw new TokenDashboardException(
                    ErrorCode.GrafanaFolderConflict, $"The alert rule '{rule.Name}' needs a folder; Grafana keeps none outside of folders.", target: rule.Uid);
            }
            _places.Add(wanted, known);
        }
        place = known;
        return results;
    }

    private TokenDashboardException? Obstacle(AlertRule rule, StoredAlertRule? stored, JsonObject wanted)
    {
        if (stored is null)
        {
            return null;
        }
        string name = $"The alert rule '{rule.Name}' (uid '{rule.Uid}')";
        if (stored.Provenance is not ("" or "api"))
        {
            return new TokenDashboardException(
                ErrorCode.GrafanaAlertRuleManaged,
                $"{name} {(stored.Provenance == "file" ? "is provisioned from a file on the server" : $"is managed by something else ('{stored.Provenance}')")} "
                    + "and differs from what was to be published. Change it there, or publish under another Uid.",
                target: rule.Uid);
        }
        if (AlertRuleContent.IsAsPublished(stored.Json, wanted))
        {
            return null;
        }
        string what = AlertRuleContent.IsMarked(stored.Json) ? "was changed in Grafana after it was last published" : "exists in Grafana with other content and was not published from here";
        if (_options.Force)
        {
            _callbacks.Verbose($"{name} {what}. It is overwritten, because -Force was given.");
            return null;
        }
        return new TokenDashboardException(
            ErrorCode.GrafanaVersionConflict, $"{name} {what}. Nothing was written. Take the change into the definition, or give -Force to overwrite it.", target: rule.Uid);
    }

    /// <summary>Saves a rule; gives the failure of one that is someone else's, or was saved by someone else just now.</summary>
    private TokenDashboardException? Save(AlertRule rule, FolderPlace place, StoredAlertRule? stored, JsonObject wanted)
    {
        if (place.Uid is null)
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaFolderConflict, $"The alert rule cannot be saved in the folder '{place.Title}', because the folder was not made.", target: place.Title);
        }
        bool IsDone() => StoredAlertRule.Read(_client, rule.Uid) is { } now && AlertRuleContent.Holds(now.Json, wanted) && AlertRuleContent.IsAsPublished(now.Json, wanted);
        // What the API made without this header is the API's for good, and it refuses the header then.
        GrafanaResponse? response = stored is null
            ? _client.Write(HttpMethod.Post, "api/v1/provisioning/alert-rules", wanted, IsDone, editable: true)
            : _client.Write(HttpMethod.Put, StoredAlertRule.PathOf(rule.Uid), AlertRuleContent.LaidOver(stored.Json, wanted), IsDone, editable: stored.Provenance != "api");
        if (response is { IsSuccess: false } && response.Says("provenance"))
        {
            return new TokenDashboardException(
                ErrorCode.GrafanaAlertRuleManaged,
                $"Grafana would not save the alert rule '{rule.Name}' (uid '{rule.Uid}'), because something else manages it: {response.Words}. Change it there, or publish under another Uid.",
                target: rule.Uid);
        }
        if (response is { IsSuccess: false } && response.Status is 400 or 409 or 412 or 500 && IsDone())
        {
            _callbacks.Verbose($"The alert rule '{rule.Name}' was saved by another run just now.");
            return null;
        }
        if (response?.Status is 409 or 412)
        {
            return new TokenDashboardException(
                ErrorCode.GrafanaVersionConflict,
                $"Grafana would not save the alert rule '{rule.Name}' (uid '{rule.Uid}'): {response.Words}. Another rule of '{place.Title}' may have its name, or "
                    + "someone else saved it just now; run the command again to see what it is now.",
                target: rule.Uid);
        }
        response?.OrThrow($"save the alert rule '{rule.Name}'", WritePermission);
        _callbacks.Verbose($"Saved the alert rule '{rule.Name}' in '{place.Title}'.");
        return null;
    }
}
