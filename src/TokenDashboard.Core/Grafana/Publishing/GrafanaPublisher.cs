using TokenDashboard.Grafana.Api;
using TokenDashboard.Grafana.DataSources;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Grafana.Publishing;

/// <summary>
/// Publishes dashboards, their folder and their data source to a Grafana server. It reads, compares, and writes only differences, with
/// the version that it read. Dashboards that another tool manages, or that were changed, are not overwritten.
/// </summary>
internal sealed class GrafanaPublisher(GrafanaConnection connection, GrafanaPublishOptions options, PublishCallbacks callbacks, CancellationToken cancellation)
    : GrafanaSession(connection, callbacks, cancellation)
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Uid, DataSourcePlugin Plugin), bool> _kept = [];
    private GrafanaPublishOptions _options = options;
    private FolderPlace? _folder;
    private bool _hasFolder;
    private readonly Dictionary<DataSourcePlugin, DataSourceIdentity> _dataSources = [];
    private DataSourceReferences? _references;

    // A database determines the plugin, but a uid does not.
    private GrafanaPublishOptions OptionsOf(DataSourcePlugin plugin) => _options.Database is { } database && DataSourceSettings.PluginOf(database) != plugin
        ? _options with { Database = null, DataSourceUid = null, DataSourceName = null } : _options;

    /// <summary>The title of the requested folder, after it was looked up; null for none.</summary>
    internal string? FolderTitle => _folder?.Title;

    /// <summary>
    /// Prepares the requirements of a dashboard, unless they are prepared: server, account, folder, data source. After a failure other than
    /// <see cref="ErrorCode.DashboardInvalid"/>, no further work is possible.
    /// </summary>
    /// <exception cref="TokenDashboardException">Any of the Grafana codes, or <see cref="ErrorCode.DashboardInvalid"/>: the uid is invalid.</exception>
    public IEnumerable<GrafanaPublishResult> Prepare(DashboardDocument document)
    {
        DashboardBinding.RequireUid(document, _seen);
        Connect();
        if (!_hasFolder && (_options.Folder ?? _options.FolderUid) is not null)
        {
            bool isNeeded = true;
            // Otherwise, a new folder would stay empty if no dashboard is created.
            foreach (GrafanaPublishResult result in Folders.Ensure(_options.Folder, _options.FolderUid, () => isNeeded = MayBeSaved(document)))
                yield return result;
            (_folder, _hasFolder) = (Folders.Place, isNeeded);
        }
        if (_references is null && _options.DataSources is { } map)
        {
            _references = DataSourceReferences.Resolve(map, Client, Callbacks.Warning);
            _options = _references.One is { } one ? _options with { DataSourceUid = one.Uid } : _options;
        }
        DataSourcePlugin plugin = DataSourcePlugin.Of(document.Root);
        GrafanaPublishOptions options = OptionsOf(plugin);
        if (!_dataSources.ContainsKey(plugin) && (options.Database is not null || DashboardBinding.Uses(Bind(document, plugin), DataSourceOf(plugin))))
        {
            GrafanaPublishResult? result = DataSources.Ensure(options, out DataSourceIdentity identity, plugin);
            _dataSources[plugin] = identity;
            if (result is not null)
                yield return result;
        }
    }

    /// <summary>
    /// Saves one dashboard if it differs, and returns one result, or none if the user declines. Call <see cref="Prepare"/> with it first. After the
    /// result <see cref="GrafanaPublishAction.Conflict"/>, an exception is thrown.
    /// </summary>
    public IEnumerable<GrafanaPublishResult> Publish(DashboardDocument document)
    {
        DataSourcePlugin plugin = DataSourcePlugin.Of(document.Root);
        JsonObject dashboard = Bind(document, plugin);
        string wanted = DashboardContent.Normalise(dashboard);
        string fingerprint = DashboardContent.Fingerprint(wanted);

        StoredDashboard? stored = Api.Read(document.Uid);
        FolderPlace place = _folder ?? stored?.Folder ?? FolderPlace.Root;
        var result = new GrafanaPublishResult(
            GrafanaPublishKind.Dashboard, document.Title, GrafanaPublishAction.Unchanged, document.Uid, new Uri(Client.Url, $"d/{document.Uid}"),
            Version: stored?.Version, FolderTitle: (stored?.Folder ?? place).Title);
        PublishHistory? history = null;
        IReadOnlyList<GrafanaDashboardDifference>? changes = null;
        TokenDashboardException? obstacle;
        bool same = false;
        if (stored is null)
        {
            obstacle = Missing(document);
        }
        else
        {
            same = stored.Content == wanted;
            if (!same && stored.NewerSchema is null)
            {
                history = Api.History(stored);
                same = history.Holds(stored, fingerprint);
            }
            if (same && place.Uid == stored.Folder.Uid)
            {
                Callbacks.Verbose($"The dashboard '{document.Title}' is up to date (version {stored.Version}).");
                yield return result;
                yield break;
            }
            obstacle = stored.NewerSchema is not null ? stored.Unsupported("published")
                : Api.Owner(stored) is { } owner ? PublishObstacles.Managed(document, owner)
                : same ? null : ChangedByOthers(document, dashboard, stored, history!, out changes);
        }
        if (obstacle is not null)
        {
            yield return result with { Action = GrafanaPublishAction.Conflict, Message = obstacle.Message, Changes = changes };
            throw obstacle;
        }
        string target = $"Dashboard '{document.Title}' (uid '{document.Uid}') in '{place.Title}' on {Client.Url}";
        if (!Callbacks.ShouldProcess(target, stored is null ? "Create" : same ? "Move" : "Update"))
            yield break;
        string? backup = stored is null || _options.BackupPath is null ? null : Backup(document.Uid, stored, _options.BackupPath);
        var mark = new PublishMark(fingerprint, Math.Max(stored?.Version ?? 0, history?.Newest ?? 0) + 1);
        // Another run may have written it.
        StoredDashboard? now = null;
        bool IsDone() => (now = Api.Read(document.Uid)) is not null && now.Folder.Uid == place.Uid
            && (now.Content == wanted || (now.NewerSchema is null && Api.History(now).Holds(now, fingerprint)));
        GrafanaResponse? response = Api.Save(
            dashboard, place.Uid is null ? throw place.NotCreated("dashboard") : place, stored, mark.Message(_options.Message), IsDone);
        if (response is not null && PublishObstacles.Refusal(document, place, response) is { } refusal)
        {
            if (response.IsRefusedByState && IsDone())
            {
                Callbacks.Verbose($"The dashboard '{document.Title}' was published by another run at the same time (version {now!.Version}).");
                yield return result with { Version = now.Version, FolderTitle = place.Title };
                yield break;
            }
            if (PublishObstacles.IsConflict(refusal.Code))
                yield return result with { Action = GrafanaPublishAction.Conflict, Message = refusal.Message };
            throw refusal;
        }
        long version = response is null ? now!.Version : Api.SavedVersion(response);
        Callbacks.Verbose($"Saved the dashboard '{document.Title}' as version {version} in '{place.Title}'.");
        yield return result with
        {
            Action = stored is null ? GrafanaPublishAction.Created : GrafanaPublishAction.Updated, Version = version, FolderTitle = place.Title,
            BackupPath = backup, Message = response?.Status == 202 ? "Accepted. A Git repository connected to Grafana saves it." : null,
        };
    }

    /// <summary>Warns of data sources to replace that no dashboard has. Call it after the last dashboard.</summary>
    public void Finish() => _references?.WarnOfUnmatched(Callbacks.Warning);

    private DataSourceIdentity DataSourceOf(DataSourcePlugin plugin) => _dataSources.GetValueOrDefault(plugin) ?? DataSourceIdentity.Of(OptionsOf(plugin), plugin);

    private JsonObject Bind(DashboardDocument document, DataSourcePlugin plugin) =>
        DashboardBinding.Bind(document, DataSourceOf(plugin), _references, uid => Keeps(uid, plugin));

    private GrafanaDataSources DataSources => new(Client, Server, Callbacks);

    /// <summary>Whether a variable keeps its data source: no other is specified, and the server has it.</summary>
    private bool Keeps(string uid, DataSourcePlugin plugin)
    {
        if (OptionsOf(plugin) is { Database: not null } or { DataSourceUid: not null } || uid == plugin.DefaultUid)
            return false;
        return _kept.TryGetValue((uid, plugin), out bool keeps) ? keeps : _kept[(uid, plugin)] = DataSources.Has(uid, plugin);
    }

    private TokenDashboardException? ChangedByOthers(
        DashboardDocument document, JsonObject wanted, StoredDashboard stored, PublishHistory history, out IReadOnlyList<GrafanaDashboardDifference>? changes)
    {
        changes = null;
        if (history.NobodyElseChanged(stored))
            return null;
        string what = history.LastPublished is { } published
            ? $"was changed in Grafana{stored.SavedBy} (version {Math.Max(stored.Version, history.Newest)}) after it was last published (version {published})"
            : $"exists in Grafana with different content, last saved{stored.SavedBy}, and its history does not show that TokenDashboard published it";
        if (_options.Force)
        {
            Callbacks.Verbose($"The dashboard '{document.Title}' {what}. It is overwritten because of -Force.");
            return null;
        }
        JsonObject? before = history.LastPublished is { } last ? Version(stored, last) : null;
        changes = DashboardComparison.Compare(before ?? wanted, stored.Json!, document.Uid);
        return PublishObstacles.Changed(document, what, before is null ? "It differs in" : "Changed there:", changes);
    }

    /// <summary>A version of the history, to report the changes since then; null if the server does not return it.</summary>
    private JsonObject? Version(StoredDashboard stored, long version)
    {
        try
        {
            return Api.ReadVersion(stored, version);
        }
        catch (TokenDashboardException exception) when (exception.Code is ErrorCode.GrafanaForbidden or ErrorCode.GrafanaRequestFailed or ErrorCode.GrafanaSchemaUnsupported)
        {
            return null;
        }
    }

    /// <summary>Writes a backup next to existing ones. A backup of another server can have the same uid and version.</summary>
    private string Backup(string uid, StoredDashboard stored, string root)
    {
        string json = DashboardDocument.FromObject(DashboardContent.ForFile(stored.Json!)).Json;
        for (int count = 1; ; count++)
        {
            string suffix = $".v{stored.Version}{(count == 1 ? "" : $"-{count}")}";
            string path = GrafanaExporter.PathOf(root, Folders.Titles(stored.Folder), uid, suffix);
            if (!File.Exists(path) || RegularFile.TryReadText(path) == json)
            {
                AtomicFile.WriteBelow(root, path, json);
                Callbacks.Verbose($"Wrote version {stored.Version} of the dashboard '{uid}' to '{path}'.");
                return path;
            }
        }
    }

    private bool MayBeSaved(DashboardDocument document)
    {
        try
        {
            return Api.Read(document.Uid) is not null || Missing(document) is null;
        }
        catch (TokenDashboardException)
        {
            // Publish has the same failure, for this dashboard only.
            return true;
        }
    }

    /// <summary>The reason why a missing dashboard is not created: it was deleted on the server, or only existing dashboards are updated.</summary>
    private TokenDashboardException? Missing(DashboardDocument document)
    {
        string? deleted = _options.UpdateOnly ? null : Api.Deleted(document.Uid);
        if (deleted is null && !_options.UpdateOnly)
            return null;
        if (deleted is not null && _options.Force)
        {
            Callbacks.Verbose($"The dashboard '{document.Title}' {deleted}. It is created again because of -Force.");
            return null;
        }
        return new TokenDashboardException(
            ErrorCode.GrafanaDashboardMissing,
            deleted is null
                ? $"Grafana at {Client.Url} has no dashboard with the uid '{document.Uid}' ('{document.Title}'). It was deleted, or never published. Nothing was "
                    + "created. Publish it without -UpdateOnly, or stop publishing it."
                : $"The dashboard '{document.Title}' (uid '{document.Uid}') {deleted}. Nothing was created. Restore it there, use -Force to create it again, or "
                    + "stop publishing it.",
            target: document.Uid);
    }
}
