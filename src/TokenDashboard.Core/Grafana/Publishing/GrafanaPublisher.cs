using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Api;
using TokenDashboard.Grafana.DataSources;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Grafana.Publishing;

/// <summary>
/// Brings dashboards, their folder and their data source to a Grafana server. It reads, compares, and writes only what differs, with
/// the version it read; what belongs to others stays as it is.
/// </summary>
public sealed class GrafanaPublisher : IDisposable
{
    private readonly GrafanaConnection _connection;
    private GrafanaPublishOptions _options;
    private readonly PublishCallbacks _callbacks;
    private readonly GrafanaClient _client;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _kept = new(StringComparer.Ordinal);
    private GrafanaServer? _server;
    private FolderPlace? _folder;
    private DataSourceIdentity? _dataSource;
    private IDashboardApi? _api;
    private GrafanaFolders? _folders;
    private DataSourceReferences? _references;

    /// <summary>Prepares for a server without talking to it.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.GrafanaSignInInvalid"/>.</exception>
    public GrafanaPublisher(
        GrafanaConnection connection, GrafanaPublishOptions options, PublishCallbacks callbacks, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(callbacks);
        _connection = connection;
        _options = options;
        _callbacks = callbacks;
        _client = new GrafanaClient(connection, callbacks, cancellation);
    }

    /// <summary>
    /// Makes sure of what a dashboard needs and was not seen to yet: the server and the account, the folder, the data source.
    /// After a failure other than <see cref="ErrorCode.DashboardInvalid"/> nothing further can work.
    /// </summary>
    /// <exception cref="TokenDashboardException">
    /// Any of the Grafana codes, or <see cref="ErrorCode.DashboardInvalid"/> for a dashboard without a usable uid.
    /// </exception>
    public IEnumerable<GrafanaPublishResult> Prepare(DashboardDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        DashboardBinding.RequireUid(document, _seen);
        return PrepareParts(document);
    }

    /// <summary>Saves one dashboard if it differs. Call <see cref="Prepare"/> with it before.</summary>
    /// <returns>One result, or none where the write was declined.</returns>
    /// <exception cref="TokenDashboardException">
    /// After a result <see cref="GrafanaPublishAction.Conflict"/>: <see cref="ErrorCode.GrafanaVersionConflict"/>,
    /// <see cref="ErrorCode.GrafanaDashboardManaged"/> or <see cref="ErrorCode.GrafanaSchemaUnsupported"/>. Otherwise any of the Grafana codes.
    /// </exception>
    public IEnumerable<GrafanaPublishResult> Publish(DashboardDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        JsonObject dashboard = DashboardBinding.Bind(
            document,
            _dataSource ?? new DataSourceIdentity(_options.DataSourceUid ?? SqliteDataSource.DefaultUid, _options.DataSourceName ?? SqliteDataSource.DefaultName),
            _references,
            Keeps);
        string wanted = DashboardContent.Normalise(dashboard);
        string fingerprint = DashboardContent.Fingerprint(wanted);

        StoredDashboard? stored = _api!.Read(document.Uid);
        FolderPlace place = _folder ?? stored?.Folder ?? FolderPlace.Root;
        var result = new GrafanaPublishResult
        {
            Kind = GrafanaPublishKind.Dashboard,
            Name = document.Title,
            Action = GrafanaPublishAction.Unchanged,
            Uid = document.Uid,
            Url = new Uri(_client.Url, $"d/{document.Uid}"),
            Version = stored?.Version,
            FolderTitle = (stored?.Folder ?? place).Title,
        };
        string target = $"Dashboard '{document.Title}' (uid '{document.Uid}') in '{place.Title}' on {_client.Url}";
        PublishHistory? history = null;
        bool moved = false;
        if (stored is not null)
        {
            moved = place.Uid != stored.Folder.Uid;
            bool same = stored.Content == wanted;
            if (!same && stored.NewerSchema is null)
            {
                history = _api.History(stored);
                same = history.Holds(stored, fingerprint);
            }
            if (same && !moved)
            {
                _callbacks.Verbose($"The dashboard '{document.Title}' is as it should be (version {stored.Version}).");
                yield return result;
                yield break;
            }
            IReadOnlyList<GrafanaDashboardDifference>? changes = null;
            TokenDashboardException? obstacle = stored.NewerSchema is not null ? stored.Unsupported("published")
                : _api.Owner(stored) is { } owner ? PublishObstacles.Managed(document, owner)
                : same ? null : ChangedByOthers(document, dashboard, stored, history!, out changes);
            if (obstacle is not null)
            {
                yield return result with { Action = GrafanaPublishAction.Conflict, Message = obstacle.Message, Changes = changes };
                throw obstacle;
            }
            moved &= same;
        }

        if (stored is null && Missing(document) is { } gone)
        {
            yield return result with { Action = GrafanaPublishAction.Conflict, Message = gone.Message };
            throw gone;
        }
        if (!_callbacks.ShouldProcess(target, stored is null ? "Create" : moved ? "Move" : "Update"))
        {
            yield break;
        }
        string? backup = stored is null || _options.BackupPath is null ? null : Backup(document.Uid, stored, _options.BackupPath);
        var mark = new PublishMark(fingerprint, Math.Max(stored?.Version ?? 0, history?.Newest ?? 0) + 1);
        // Whoever has written it: what was to be there is there.
        StoredDashboard? now = null;
        bool IsDone() => (now = _api.Read(document.Uid)) is not null && now.Folder.Uid == place.Uid
            && (now.Content == wanted || (now.NewerSchema is null && _api.History(now).Holds(now, fingerprint)));
        GrafanaResponse? response = Save(dashboard, place, stored, mark, IsDone);
        if (response is not null && PublishObstacles.Refusal(document, place, response) is { } refusal)
        {
            if (response.Status is 400 or 409 or 412 or 500 && IsDone())
            {
                _callbacks.Verbose($"The dashboard '{document.Title}' was published by another run just now (version {now!.Version}).");
                yield return result with { Version = now.Version, FolderTitle = place.Title };
                yield break;
            }
            if (PublishObstacles.IsConflict(refusal.Code))
            {
                yield return result with { Action = GrafanaPublishAction.Conflict, Message = refusal.Message };
            }
            throw refusal;
        }
        long version = response is null ? now!.Version : _api.SavedVersion(response);
        _callbacks.Verbose($"Saved the dashboard '{document.Title}' as version {version} in '{place.Title}'.");
        yield return result with
        {
            Action = stored is null ? GrafanaPublishAction.Created : GrafanaPublishAction.Updated,
            Version = version,
            FolderTitle = place.Title,
            BackupPath = backup,
            Message = response?.Status == 202 ? "Accepted; a Git repository connected to Grafana takes it from here." : null,
        };
    }

    /// <summary>Warns of data sources that were to be replaced and stood in no dashboard. Call it after the last one.</summary>
    public void Finish() => _references?.WarnOfUnmatched(_callbacks.Warning);

    /// <summary>Ends the connections.</summary>
    public void Dispose() => _client.Dispose();

    private IEnumerable<GrafanaPublishResult> PrepareParts(DashboardDocument document)
    {
        if (_folders is null)
        {
            _server = GrafanaServer.Probe(_client, _connection.OrgId, _callbacks.Verbose);
            _api = DashboardApis.Choose(_client, _connection, _server, _callbacks.Verbose);
            _folders = new GrafanaFolders(_client, _server, _api, _callbacks);
        }
        if (_folder is null && (_options.Folder ?? _options.FolderUid) is not null)
        {
            foreach (GrafanaPublishResult result in _folders!.Ensure(_options.Folder, _options.FolderUid))
            {
                yield return result;
            }
            _folder = _folders.Place;
        }
        if (_references is null && _options.DataSources is { } map)
        {
            _references = DataSourceReferences.Resolve(map, _client, _callbacks.Warning);
            _options = _references.One is { } one ? _options with { DataSourceUid = one.Uid } : _options;
        }
        if (_dataSource is null
            && (IsChosen ? _options.Database is not null || DashboardBinding.ReadsSqlite(document) : DashboardBinding.NeedsDataSource(document, _references, Keeps)))
        {
            GrafanaPublishResult? result = new GrafanaDataSources(_client, _server!, _callbacks).Ensure(_options, out DataSourceIdentity identity);
            _dataSource = identity;
            if (result is not null)
            {
                yield return result;
            }
        }
    }

    /// <summary>Whether someone said which data source the dashboards shall read.</summary>
    private bool IsChosen => _options.Database is not null || _options.DataSourceUid is not null;

    /// <summary>Whether a variable that is set to a data source stays so: nobody said otherwise, and the server has it.</summary>
    private bool Keeps(string uid)
    {
        if (IsChosen || uid == SqliteDataSource.DefaultUid)
        {
            return false;
        }
        if (!_kept.TryGetValue(uid, out bool keeps))
        {
            _kept[uid] = keeps = new GrafanaDataSources(_client, _server!, _callbacks).Has(uid);
        }
        return keeps;
    }

    private TokenDashboardException? ChangedByOthers(
        DashboardDocument document, JsonObject wanted, StoredDashboard stored, PublishHistory history, out IReadOnlyList<GrafanaDashboardDifference>? changes)
    {
        changes = null;
        if (history.NobodyElseChanged(stored))
        {
            return null;
        }
        string what = history.LastPublished is { } published
            ? $"was changed in Grafana{stored.SavedBy} (version {Math.Max(stored.Version, history.Newest)}) after it was last published "
                + $"(version {published})"
            : $"exists in Grafana with other content, saved last{stored.SavedBy}, and its history does not show that it was published "
                + "from here";
        if (_options.Force)
        {
            _callbacks.Verbose($"The dashboard '{document.Title}' {what}. It is overwritten, because -Force was given.");
            return null;
        }
        JsonObject? before = history.LastPublished is { } last ? Version(stored, last) : null;
        changes = DashboardComparison.Compare(before ?? wanted, stored.Json!, document.Uid);
        return PublishObstacles.Changed(document, what, before is null ? "It differs in" : "Changed there:", changes);
    }

    /// <summary>A version of the history, to tell what was changed since; null where the server does not give it.</summary>
    private JsonObject? Version(StoredDashboard stored, long version)
    {
        try
        {
            return _api!.ReadVersion(stored, version);
        }
        catch (TokenDashboardException exception) when (exception.Code is ErrorCode.GrafanaForbidden or ErrorCode.GrafanaRequestFailed or ErrorCode.GrafanaSchemaUnsupported)
        {
            return null;
        }
    }

    private string Backup(string uid, StoredDashboard stored, string path)
    {
        string file = DashboardFile.WriteBackup(
            path, _folders!.Titles(stored.Folder), uid, stored.Version, DashboardDocument.FromObject(DashboardContent.ForFile(stored.Json!)));
        _callbacks.Verbose($"Wrote version {stored.Version} of the dashboard '{uid}' to '{file}'.");
        return file;
    }

    /// <summary>Why a dashboard that is not on the server is not to be made: it was deleted there, or only those that are there were asked for.</summary>
    private TokenDashboardException? Missing(DashboardDocument document)
    {
        if (_options.UpdateOnly)
        {
            return new TokenDashboardException(
                ErrorCode.GrafanaDashboardMissing,
                $"Grafana at {_client.Url} has no dashboard with the uid '{document.Uid}' ('{document.Title}'). It was deleted, or never published. "
                    + "Nothing was made. Publish it without -UpdateOnly, or take it out of what is published.",
                target: document.Uid);
        }
        if (_api!.Deleted(document.Uid) is not { } words)
        {
            return null;
        }
        if (_options.Force)
        {
            _callbacks.Verbose($"The dashboard '{document.Title}' {words}. It is made anew, because -Force was given.");
            return null;
        }
        return new TokenDashboardException(
            ErrorCode.GrafanaDashboardMissing,
            $"The dashboard '{document.Title}' (uid '{document.Uid}') {words}. Nothing was made. Restore it there, give -Force to make it anew, or take it "
                + "out of what is published.",
            target: document.Uid);
    }

    private GrafanaResponse? Save(JsonObject dashboard, FolderPlace place, StoredDashboard? stored, PublishMark mark, Func<bool> isDone)
    {
        if (place.Uid is null)
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaFolderConflict,
                $"The dashboard cannot be saved in the folder '{place.Title}', because the folder was not made.", target: place.Title);
        }
        return _api!.Save(dashboard, place, stored, mark.Message(_options.Message), isDone);
    }
}
