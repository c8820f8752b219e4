using System.Globalization;
using TokenDashboard.Dashboards;

namespace TokenDashboard.Grafana;

/// <summary>Brings dashboards from a Grafana server here, in a form that does not change unless they do. It only reads there.</summary>
public sealed class GrafanaExporter : IDisposable
{
    private const int PageSize = 1000;

    /// <summary>A server that ignores paging must not be asked for ever.</summary>
    private const int MaxPages = 100;

    private readonly GrafanaConnection _connection;
    private readonly PublishCallbacks _callbacks;
    private readonly GrafanaClient _client;
    private GrafanaFolders? _folders;

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
    public void Prepare() => _folders ??= new GrafanaFolders(
        _client, GrafanaServer.Probe(_client, _connection.OrgId, _callbacks.Verbose), _callbacks);

    /// <summary>The uids of the dashboards that have all tags and are in the folder or below it. Call <see cref="Prepare"/> before.</summary>
    /// <param name="tags">The tags; none for any.</param>
    /// <param name="folder">Titles with slashes between; <c>General</c> is the place outside every folder; null for anywhere.</param>
    /// <exception cref="TokenDashboardException">Any of the Grafana codes.</exception>
    public IReadOnlyList<string> Find(IEnumerable<string> tags, string? folder)
    {
        string query = string.Concat(tags.Select(tag => $"&tag={Uri.EscapeDataString(tag)}"));
        var hits = new List<SearchHit>();
        for (int page = 1, count = PageSize; count == PageSize && page <= MaxPages; page++)
        {
            SearchHit[] found = _client.Get(string.Create(CultureInfo.InvariantCulture, $"api/search?type=dash-db{query}&limit={PageSize}&page={page}"))
                .OrThrow("list dashboards", "dashboards:read (role Viewer)")
                .As(GrafanaJson.Default.SearchHitArray);
            hits.AddRange(found.Where(hit => hit.Uid is not null));
            count = found.Length;
        }
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
    /// <see cref="ErrorCode.DashboardNotFound"/>: no such dashboard or version. <see cref="ErrorCode.GrafanaRequestFailed"/>: it is stored in
    /// the newer schema. Or any of the Grafana codes.
    /// </exception>
    public DashboardDocument Read(string uid, long? version = null) => Read(uid, version, out _, out _);

    /// <summary>Writes a dashboard's file below a folder. Call <see cref="Prepare"/> before.</summary>
    /// <returns>What was done; null where writing was declined.</returns>
    /// <exception cref="TokenDashboardException">As <see cref="Read(string, long?)"/>, and <see cref="ErrorCode.DashboardWriteFailed"/>.</exception>
    public GrafanaExportResult? Save(string uid, long? version, string root)
    {
        DashboardDocument document = Read(uid, version, out FolderPlace place, out long found);
        IReadOnlyList<string> titles = _folders!.Titles(place);
        string path = DashboardFile.PathOf(root, titles, uid);
        bool exists = File.Exists(path);
        if (!_callbacks.ShouldProcess($"File '{path}'", exists ? "Update" : "Create"))
        {
            return null;
        }
        bool written = AtomicFile.WriteIfChanged(path, document.Json);
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

    /// <summary>Ends the connections.</summary>
    public void Dispose() => _client.Dispose();

    private DashboardDocument Read(string uid, long? version, out FolderPlace place, out long found)
    {
        string escaped = Uri.EscapeDataString(uid);
        StoredDashboard stored = StoredDashboard.Read(_client, escaped) ?? throw Missing($"has no dashboard with the uid '{uid}'", uid);
        (place, found) = (stored.Folder, stored.Version);
        if (version is { } wanted && wanted != stored.Version)
        {
            GrafanaResponse response = _client.Get(string.Create(CultureInfo.InvariantCulture, $"api/dashboards/uid/{escaped}/versions/{wanted}"));
            if (response.Status == 404)
            {
                throw Missing($"has no version {wanted} of the dashboard '{uid}'; the present one is {stored.Version}", uid);
            }
            VersionContent content = response.OrThrow($"read version {wanted} of the dashboard '{uid}'", "dashboards:write (role Editor, or Edit on its folder)")
                .As(GrafanaJson.Default.VersionContent);
            if (content.Data?["title"] is null)
            {
                throw response.Unexpected();
            }
            found = wanted;
            return Document(content.Data, uid);
        }
        return stored.Json is { } json ? Document(json, uid) : throw new TokenDashboardException(
            ErrorCode.GrafanaRequestFailed,
            $"The dashboard '{uid}' is stored in Grafana's newer schema, and the server cannot give it as a classic one. Export it in Grafana.",
            target: uid);
    }

    private static DashboardDocument Document(System.Text.Json.Nodes.JsonObject json, string uid)
    {
        System.Text.Json.Nodes.JsonObject content = DashboardContent.ForFile(json);
        // Some servers leave it out of old versions.
        content["uid"] ??= uid;
        return DashboardDocument.FromObject(content);
    }

    private static FolderPlace PlaceOf(string? uid, string? title) =>
        uid is null or "" or "general" ? FolderPlace.Root : new FolderPlace(uid, title ?? uid);

    private TokenDashboardException Missing(string what, string uid) => new(
        ErrorCode.DashboardNotFound, $"Grafana at {_client.Url} {what}. Export-GrafanaDashboard -All lists those this account may read.", target: uid);
}
