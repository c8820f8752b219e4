using System.Text.Json.Nodes;
using TokenDashboard.Dashboards;

namespace TokenDashboard.Grafana;

/// <summary>
/// Brings dashboards, their folder and their data source to a Grafana server. It reads, compares, and writes only what differs, with
/// the version it read; what belongs to others stays as it is.
/// </summary>
public sealed class GrafanaPublisher : IDisposable
{
    private readonly GrafanaConnection _connection;
    private readonly GrafanaPublishOptions _options;
    private readonly PublishCallbacks _callbacks;
    private readonly GrafanaClient _client;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private GrafanaServer? _server;
    private FolderPlace? _folder;
    private DataSourceIdentity? _dataSource;
    private DashboardOwners? _owners;
    private GrafanaFolders? _folders;

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
    /// After a result <see cref="GrafanaPublishAction.Conflict"/>: <see cref="ErrorCode.GrafanaVersionConflict"/> or
    /// <see cref="ErrorCode.GrafanaDashboardManaged"/>. Otherwise any of the Grafana codes.
    /// </exception>
    public IEnumerable<GrafanaPublishResult> Publish(DashboardDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        JsonObject dashboard = DashboardBinding.Bind(
            document, _dataSource ?? new DataSourceIdentity(_options.DataSourceUid, _options.DataSourceName ?? SqliteDataSource.DefaultName));
        string wanted = DashboardContent.Normalise(dashboard);
        string fingerprint = DashboardContent.Fingerprint(wanted);

        StoredDashboard? stored = StoredDashboard.Read(_client, document.Uid);
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
            if (!same)
            {
                history = PublishHistory.Read(_client, document.Uid);
                same = history.Holds(stored, fingerprint);
            }
            if (same && !moved)
            {
                _callbacks.Verbose($"The dashboard '{document.Title}' is as it should be (version {stored.Version}).");
                yield return result;
                yield break;
            }
            TokenDashboardException? obstacle = Managed(document, stored) ?? (same ? null : ChangedByOthers(document, stored, history!));
            if (obstacle is not null)
            {
                yield return result with { Action = GrafanaPublishAction.Conflict, Message = obstacle.Message };
                throw obstacle;
            }
            moved &= same;
        }

        if (!_callbacks.ShouldProcess(target, stored is null ? "Create" : moved ? "Move" : "Update"))
        {
            yield break;
        }
        string? backup = stored is null || _options.BackupPath is null ? null : Backup(document.Uid, stored, _options.BackupPath);
        var mark = new PublishMark(fingerprint, Math.Max(stored?.Version ?? 0, history?.Newest ?? 0) + 1);
        GrafanaResponse? response = Save(document.Uid, dashboard, place, stored, mark);
        if (response is not null && Refusal(document, place, response) is { } refusal)
        {
            if (refusal.Code is ErrorCode.GrafanaVersionConflict or ErrorCode.GrafanaDashboardManaged)
            {
                yield return result with { Action = GrafanaPublishAction.Conflict, Message = refusal.Message };
            }
            throw refusal;
        }
        long version = response?.As(GrafanaJson.Default.SaveAnswer).Version ?? mark.Version;
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

    /// <summary>Ends the connections.</summary>
    public void Dispose() => _client.Dispose();

    private IEnumerable<GrafanaPublishResult> PrepareParts(DashboardDocument document)
    {
        if (_server is null)
        {
            _server = GrafanaServer.Probe(_client, _connection.OrgId, _callbacks.Verbose);
            _owners = new DashboardOwners(_client, _server);
            _folders = new GrafanaFolders(_client, _server, _callbacks);
        }
        if (_folder is null && (_options.Folder ?? _options.FolderUid) is not null)
        {
            foreach (GrafanaPublishResult result in _folders!.Ensure(_options.Folder, _options.FolderUid))
            {
                yield return result;
            }
            _folder = _folders.Place;
        }
        if (_dataSource is null && (_options.Database is not null || DashboardBinding.ReadsSqlite(document)))
        {
            GrafanaPublishResult? result = new GrafanaDataSources(_client, _server, _callbacks).Ensure(_options, out DataSourceIdentity identity);
            _dataSource = identity;
            if (result is not null)
            {
                yield return result;
            }
        }
    }

    private TokenDashboardException? Managed(DashboardDocument document, StoredDashboard stored) =>
        (stored.ProvisionedFrom is { } file ? $"is provisioned from the file '{file}' on the server" : _owners!.Describe(document.Uid)) is { } owner
            ? new TokenDashboardException(
                ErrorCode.GrafanaDashboardManaged,
                $"The dashboard '{document.Title}' (uid '{document.Uid}') {owner} and differs from what was to be published. Change "
                    + "it there, or publish under another uid.",
                target: document.Uid)
            : null;

    private TokenDashboardException? ChangedByOthers(DashboardDocument document, StoredDashboard stored, PublishHistory history)
    {
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
        return new TokenDashboardException(
            ErrorCode.GrafanaVersionConflict,
            $"The dashboard '{document.Title}' (uid '{document.Uid}') {what}. Nothing was written. Keep that change by exporting the "
                + "dashboard, or give -Force to overwrite it; Grafana's history keeps it.",
            target: document.Uid);
    }

    private string Backup(string uid, StoredDashboard stored, string path)
    {
        if (stored.Json is null)
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaRequestFailed,
                $"The dashboard '{uid}' is stored in Grafana's newer schema and cannot be read as a classic one, so there is no backup of it, "
                    + "and nothing was written. Export it in Grafana, and leave -BackupPath out.",
                target: uid);
        }
        string file = DashboardFile.WriteBackup(
            path, _folders!.Titles(stored.Folder), uid, stored.Version, DashboardDocument.FromObject(DashboardContent.ForFile(stored.Json)));
        _callbacks.Verbose($"Wrote version {stored.Version} of the dashboard '{uid}' to '{file}'.");
        return file;
    }

    private GrafanaResponse? Save(string uid, JsonObject dashboard, FolderPlace place, StoredDashboard? stored, PublishMark mark)
    {
        if (place.Uid is null)
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaFolderConflict,
                $"The dashboard cannot be saved in the folder '{place.Title}', because the folder was not made.", target: place.Title);
        }
        if (stored is { Version: > 0 })
        {
            dashboard["version"] = stored.Version;
        }
        var body = new JsonObject
        {
            ["dashboard"] = dashboard,
            ["folderUid"] = place.Uid,
            ["message"] = mark.Message(_options.Message),
            ["overwrite"] = _options.Force,
        };
        return _client.Write(
            HttpMethod.Post,
            "api/dashboards/db",
            body,
            () => StoredDashboard.Read(_client, uid) is { } now && now.Version == mark.Version
                && PublishHistory.Read(_client, uid).Holds(now, mark.Fingerprint));
    }

    private static TokenDashboardException? Refusal(DashboardDocument document, FolderPlace place, GrafanaResponse response)
    {
        if (response.IsSuccess)
        {
            return null;
        }
        if (response is { Status: 412, StatusWord: "name-exists" })
        {
            return new TokenDashboardException(
                ErrorCode.GrafanaRequestFailed,
                $"Another dashboard in '{place.Title}' has the title '{document.Title}', and this Grafana allows a title only once in "
                    + "a folder. Rename one of them, or choose another -Folder.",
                target: document.Uid);
        }
        if (response is { Status: 412, StatusWord: "plugin-dashboard" }
            || (response.Status == 400 && response.Words.Contains("provisioned", StringComparison.OrdinalIgnoreCase)))
        {
            return new TokenDashboardException(
                ErrorCode.GrafanaDashboardManaged,
                $"Grafana would not save the dashboard '{document.Title}' (uid '{document.Uid}'), because something else manages it: "
                    + $"{response.Words}. Change it there, or publish under another uid.",
                target: document.Uid);
        }
        return response.Status is 409 or 412
            ? new TokenDashboardException(
                ErrorCode.GrafanaVersionConflict,
                $"The dashboard '{document.Title}' (uid '{document.Uid}') was changed by someone else while it was being published: "
                    + $"{response.Words}. Nothing was written. Run the command again to see what it is now.",
                target: document.Uid)
            : response.Failure(
                $"save the dashboard '{document.Title}'",
                $"dashboards:create and dashboards:write (role Editor, or Edit on the folder '{place.Title}')");
    }
}
