using System.Globalization;
using TokenDashboard.Grafana.Api;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Grafana.Publishing;

/// <summary>Brings dashboards from a Grafana server here, in a form that does not change unless they do. It only reads there.</summary>
public sealed class GrafanaExporter : IDisposable
{
    private const int MostVersions = 100;

    private readonly GrafanaConnection _connection;
    private readonly PublishCallbacks _callbacks;
    private readonly GrafanaClient _client;
    private GrafanaFolders? _folders;
    private IDashboardApi? _api;

    /// <summary>Prepares for a server without talking to it.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.GrafanaSignInInvalid"/>.</exception>
    public GrafanaExporter(GrafanaConnection connection, PublishCallbacks callbacks, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(callbacks);
        _connection = connection;
        _callbacks = callbacks;
        _client = new GrafanaClient(connection, callbacks, cancellation);
    }

    /// <summary>Asks who the server is, before anything else is asked of it.</summary>
    /// <exception cref="TokenDashboardException">Any of the Grafana codes.</exception>
    public void Prepare()
    {
        if (_api is null)
        {
            GrafanaServer server = GrafanaServer.Probe(_client, _connection.OrgId, _callbacks.Verbose);
            _api = DashboardApis.Choose(_client, _connection, server, _callbacks.Verbose);
            _folders = new GrafanaFolders(_client, server, _api, _callbacks);
        }
    }

    /// <summary>The uids of the dashboards that have all tags and are in the folder or below it. Call <see cref="Prepare"/> before.</summary>
    /// <param name="tags">The tags; none for any.</param>
    /// <param name="folder">Titles with slashes between; <c>General</c> is the place outside every folder; null for anywhere.</param>
    /// <param name="matches">Chooses by uid and title; null for all.</param>
    /// <exception cref="TokenDashboardException">Any of the Grafana codes.</exception>
    public IReadOnlyList<string> Find(IEnumerable<string> tags, string? folder, Func<string, string, bool>? matches = null)
    {
        List<SearchHit> hits = [.. _api!.Search([.. tags]).Where(hit => hit.Uid is not null && matches?.Invoke(hit.Uid, hit.Title ?? "") != false)];
        string[] path = (folder ?? "").Split('/', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        bool root = path.Length == 1 && path[0].Equals("General", StringComparison.OrdinalIgnoreCase);
        IEnumerable<SearchHit> inside = folder is null ? hits : hits.Where(hit =>
        {
            IReadOnlyList<string> titles = _folders!.Titles(PlaceOf(hit.FolderUid, hit.FolderTitle));
            return root ? titles.Count == 0 : titles.Take(path.Length).SequenceEqual(path, StringComparer.Ordinal);
        });
        return [.. inside.Select(hit => hit.Uid!).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Reads a dashboard. Call <see cref="Prepare"/> before.</summary>
    /// <param name="uid">Its uid.</param>
    /// <param name="version">Which version of its history; null for the present one.</param>
    /// <returns>The dashboard without id and version, its keys in order.</returns>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.DashboardNotFound"/>: no such dashboard or version. <see cref="ErrorCode.GrafanaSchemaUnsupported"/>: it is
    /// stored in the newer schema. Or any of the Grafana codes.
    /// </exception>
    public DashboardDocument Read(string uid, long? version = null) => Read(uid, version, out _, out _);

    /// <summary>Writes a dashboard's file below a folder. Call <see cref="Prepare"/> before.</summary>
    /// <returns>What was done; null where writing was declined.</returns>
    /// <exception cref="TokenDashboardException">As <see cref="Read(string, long?)"/>, and <see cref="ErrorCode.DashboardWriteFailed"/>.</exception>
    public GrafanaExportResult? Save(string uid, long? version, string root)
    {
        DashboardDocument document = Read(uid, version, out FolderPlace place, out long found);
        IReadOnlyList<string> titles = _folders!.Titles(place);
        string path = DashboardFile.DistinctPathOf(root, titles, uid);
        bool exists = File.Exists(path);
        if (!_callbacks.ShouldProcess($"File '{path}'", exists ? "Update" : "Create"))
        {
            return null;
        }
        bool written = AtomicFile.WriteBelow(root, path, document.Json);
        return new GrafanaExportResult
        {
            Action = !written ? GrafanaPublishAction.Unchanged : exists ? GrafanaPublishAction.Updated : GrafanaPublishAction.Created,
            Uid = uid,
            Title = document.Title,
            Folder = string.Join('/', titles),
            Version = found,
            Path = path,
        };
    }

    /// <summary>Takes what was changed on the server over into the file the dashboard was published from. Call <see cref="Prepare"/> before.</summary>
    /// <param name="file">The file's dashboard.</param>
    /// <param name="path">The file's full path.</param>
    /// <returns>What was done with the file, and what was taken over; null where writing was declined.</returns>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.DashboardInvalid"/>: the file's dashboard has no uid, or the form for sharing. Otherwise as for <see cref="Read(string, long?)"/>.
    /// </exception>
    public GrafanaExportResult? TakeOver(DashboardDocument file, string path)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Uid.Length == 0 || file.ForSharing)
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardInvalid,
                file.Uid.Length == 0
                    ? $"The dashboard in '{path}' has no uid, so nothing tells which one of the server it is."
                    : $"'{path}' has the form for Grafana's import page, which a dashboard of a server cannot be written back into. Export to another file.",
                target: path);
        }
        DashboardDocument stored = Read(file.Uid, null, out FolderPlace place, out long version);
        IReadOnlyList<GrafanaDashboardDifference> changes = DashboardComparison.Compare(file, stored);
        var result = new GrafanaExportResult
        {
            Action = changes.Count == 0 ? GrafanaPublishAction.Unchanged : GrafanaPublishAction.Updated,
            Uid = file.Uid,
            Title = stored.Title,
            Folder = string.Join('/', _folders!.Titles(place)),
            Version = version,
            Path = path,
            Changes = changes,
        };
        if (changes.Count == 0)
        {
            return result;
        }
        if (!_callbacks.ShouldProcess($"File '{path}'", "Update"))
        {
            return null;
        }
        AtomicFile.WriteIfChanged(path, DashboardTakeover.Merge(file, stored).Json);
        return result;
    }

    /// <summary>The newest versions of a dashboard that the server keeps, newest first. Call <see cref="Prepare"/> before.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardNotFound"/>: no such dashboard. Or any of the Grafana codes.</exception>
    public IReadOnlyList<GrafanaDashboardVersion> Versions(string uid)
    {
        StoredDashboard stored = _api!.Read(uid) ?? throw Missing($"has no dashboard with the uid '{uid}'", uid);
        return [.. _api.History(stored, MostVersions).Versions.Select(version => new GrafanaDashboardVersion
        {
            Uid = uid,
            Version = version.Version,
            Created = version.Created,
            CreatedBy = version.CreatedBy ?? "",
            Published = PublishMark.Find(version.Message)?.Version == version.Version,
            Message = PublishMark.Words(version.Message),
        })];
    }

    /// <summary>Ends the connections.</summary>
    public void Dispose() => _client.Dispose();

    private DashboardDocument Read(string uid, long? version, out FolderPlace place, out long found)
    {
        if (uid.Length == 0 || uid.All(character => character == '.'))
        {
            // In an address they would mean another one.
            throw Missing($"has no dashboard with the uid '{uid}', which no dashboard can have", uid);
        }
        StoredDashboard stored = _api!.Read(uid) ?? throw Missing($"has no dashboard with the uid '{uid}'", uid);
        (place, found) = (stored.Folder, stored.Version);
        if (version is { } wanted && wanted != stored.Version)
        {
            found = wanted;
            return Document(_api.ReadVersion(stored, wanted) ?? throw Missing(NoVersion(stored, wanted), uid), uid);
        }
        return stored.Json is { } json ? Document(json, uid) : throw stored.Unsupported("read");
    }

    /// <summary>What to say of a version that is not there: it may never have been, or the server keeps or shows none.</summary>
    private string NoVersion(StoredDashboard stored, long wanted)
    {
        string present = stored.Version > 0 ? string.Create(CultureInfo.InvariantCulture, $"; the present one is {stored.Version}") : "";
        return _api!.History(stored).Newest > 0
            ? string.Create(CultureInfo.InvariantCulture, $"has no version {wanted} of the dashboard '{stored.Uid}'{present}")
            : $"tells no history of the dashboard '{stored.Uid}' through {_api.Name}, so there is only the present version{present}";
    }

    private static DashboardDocument Document(System.Text.Json.Nodes.JsonObject json, string uid)
    {
        // Objects under /apis have it elsewhere, and some servers leave it out of old versions.
        json["uid"] ??= uid;
        return DashboardDocument.FromObject(DashboardContent.ForFile(json));
    }

    private static FolderPlace PlaceOf(string? uid, string? title) =>
        uid is null or "" or "general" ? FolderPlace.Root : new FolderPlace(uid, title ?? uid);

    private TokenDashboardException Missing(string what, string uid) => new(
        ErrorCode.DashboardNotFound, $"Grafana at {_client.Url} {what}. Export-GrafanaDashboard -All lists those this account may read.", target: uid);
}
