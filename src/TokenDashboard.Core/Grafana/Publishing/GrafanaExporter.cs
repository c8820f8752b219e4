using TokenDashboard.Grafana.Api;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Publishing;

/// <summary>Reads dashboards from a Grafana server, in a format that changes only if they change. Nothing on the server is changed.</summary>
internal sealed class GrafanaExporter(GrafanaConnection connection, PublishCallbacks callbacks, CancellationToken cancellation)
    : GrafanaSession(connection, callbacks, cancellation)
{
    private const int DeepestOffered = 3;
    private const int MostVersions = 100;

    private static readonly EnumerationOptions Everywhere = new()
    {
        RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint,
    };

    private readonly Dictionary<string, string> _saved = new(StringComparer.Ordinal);

    /// <summary>
    /// The uids of the dashboards that have all tags and are in the folder or below it, selected by uid and title. The folder consists of titles, separated
    /// by slashes. <c>General</c> is the location outside every folder.
    /// </summary>
    public IReadOnlyList<string> Find(IEnumerable<string> tags, string? folder, Func<string, string, bool>? matches = null)
    {
        List<SearchHit> hits = [.. Api.Search([.. tags]).Where(hit => hit.Uid is not null && matches?.Invoke(hit.Uid, hit.Title ?? "") != false)];
        string[] path = (folder ?? "").Split('/', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        bool root = path.Length == 1 && FolderPlace.IsRoot(path[0]);
        IEnumerable<SearchHit> inside = folder is null ? hits : hits.Where(hit =>
        {
            IReadOnlyList<string> titles = Folders.Titles(FolderPlace.Of(hit.FolderUid, hit.FolderTitle));
            return root ? titles.Count == 0 : titles.Take(path.Length).SequenceEqual(path, StringComparer.Ordinal);
        });
        return [.. inside.Select(hit => hit.Uid!).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>The dashboards of the server, by uid, with their titles.</summary>
    public IReadOnlyDictionary<string, string> Dashboards() =>
        Api.Search([]).Where(hit => hit.Uid is not null).DistinctBy(hit => hit.Uid).ToDictionary(hit => hit.Uid!, hit => hit.Title ?? "");

    /// <summary>The tags of the server's dashboards, with the number of dashboards.</summary>
    public IReadOnlyDictionary<string, int> Tags() => Api.Search([]).SelectMany(hit => hit.Tags).GroupBy(tag => tag).ToDictionary(tag => tag.Key, tag => tag.Count());

    /// <summary>The titles of the server's folders, with slashes for nested folders, and their uids.</summary>
    public IEnumerable<(string Title, string Uid)> FolderTitles(string parentUid = "", string path = "", int depth = 0) =>
        depth > 0 && (!Api.HasNestedFolders || depth > DeepestOffered || parentUid.Length == 0) ? [] : Api.Folders(parentUid).ToList().SelectMany(
            folder => FolderTitles(folder.Uid ?? "", $"{path}{folder.Title}/", depth + 1).Prepend((path + folder.Title, folder.Uid ?? "")));

    /// <summary>A dashboard, or a version of its history, without id and version and with sorted keys.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardNotFound"/>, or <see cref="ErrorCode.GrafanaSchemaUnsupported"/>.</exception>
    public DashboardDocument Read(string uid, long? version = null) => Read(uid, version, out _, out _);

    /// <summary>Writes a dashboard's file below a folder. Returns null if the user declines.</summary>
    public GrafanaExportResult? Save(string uid, long? version, string root)
    {
        DashboardDocument document = Read(uid, version, out FolderPlace place, out long found);
        IReadOnlyList<string> titles = Folders.Titles(place);
        string path = _saved[uid] = DistinctPathOf(root, titles, uid);
        bool exists = File.Exists(path);
        if (!Callbacks.ShouldProcess($"File '{path}'", exists ? "Update" : "Create"))
            return null;
        bool written = AtomicFile.WriteBelow(root, path, document.Json);
        GrafanaPublishAction action = !written ? GrafanaPublishAction.Unchanged : exists ? GrafanaPublishAction.Updated : GrafanaPublishAction.Created;
        return new GrafanaExportResult(action, uid, document.Title, string.Join('/', titles), found, path);
    }

    /// <summary>
    /// The files below a folder that are named like exports, but whose dashboards are missing on the server or were now saved elsewhere.
    /// Publishing the folder would create these dashboards again, or find two files of the same dashboard.
    /// </summary>
    public IEnumerable<string> Outdated(string root, IReadOnlyCollection<string> uids) =>
        !Directory.Exists(root) ? [] : Directory.EnumerateFiles(Path.GetFullPath(root), "*.json", Everywhere).Where(file =>
            UidOf(file) is { } uid && (_saved.TryGetValue(uid, out string? path) ? !file.Equals(path, RegularFile.PathComparison) : !uids.Contains(uid))).Order(StringComparer.Ordinal);

    /// <summary>The uid of the dashboard in a file that is named like its export; null for any other file.</summary>
    private static string? UidOf(string file) =>
        DashboardDocument.TryParse(RegularFile.TryReadText(file), file)?.Uid is { Length: > 0 } uid && Path.GetFileNameWithoutExtension(file) is var name
            && (name == FileName.Of(uid) || name == FileName.Distinct(uid)) ? uid : null;

    /// <summary>
    /// Writes the changes made on the server into the file from which the dashboard was published. Returns null if the user declines. A file that the user
    /// named can be a link, a file that was found in a folder cannot.
    /// </summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.DashboardInvalid"/>: the file's dashboard has no uid, or has the format for sharing. <see cref="ErrorCode.DashboardWriteFailed"/>.
    /// </exception>
    public GrafanaExportResult? TakeOver(DashboardDocument file, string path, bool isNamed = true)
    {
        if (file.Uid.Length == 0 || file.ForSharing)
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardInvalid,
                file.Uid.Length == 0
                    ? $"The dashboard in '{path}' has no uid, so it cannot be found on the server. Give it the uid of the dashboard on the server."
                    : $"'{path}' has the format of Grafana's import page, in which a dashboard of a server cannot be exported. Export to another file.",
                target: path);
        }
        DashboardDocument stored = Read(file.Uid, null, out FolderPlace place, out long version);
        IReadOnlyList<GrafanaDashboardDifference> changes = DashboardComparison.Compare(file, stored);
        if (changes.Count > 0)
        {
            if (!Callbacks.ShouldProcess($"File '{path}'", "Update"))
                return null;
            string json = DashboardTakeover.Merge(file, stored).Json;
            _ = isNamed ? AtomicFile.WriteIfChanged(path, json) : AtomicFile.WriteBelow(Path.GetDirectoryName(path)!, path, json);
        }
        GrafanaPublishAction action = changes.Count == 0 ? GrafanaPublishAction.Unchanged : GrafanaPublishAction.Updated;
        return new GrafanaExportResult(action, file.Uid, stored.Title, string.Join('/', Folders.Titles(place)), version, path, changes);
    }

    /// <summary>The full path of a dashboard's file: the folders have the names of the server's folders, and the file is named after the uid.</summary>
    internal static string PathOf(string root, IEnumerable<string> folders, string uid, string suffix = "") =>
        Path.GetFullPath(Path.Combine([root, .. folders.Select(FileName.Safe), $"{FileName.Of(uid)}{suffix}.json"]));

    /// <summary>A dashboard's file that is distinct from the file of a uid that differs only in case, because many file systems are not case-sensitive.</summary>
    private static string DistinctPathOf(string root, IEnumerable<string> folders, string uid)
    {
        string path = PathOf(root, folders, uid);
        string folder = Path.GetDirectoryName(path)!;
        string name = Path.GetFileName(path);
        bool taken = Directory.Exists(folder)
            && Directory.EnumerateFiles(folder).Select(Path.GetFileName).Any(other => name.Equals(other, StringComparison.OrdinalIgnoreCase) && name != other);
        return taken ? Path.Combine(folder, $"{FileName.Distinct(uid)}.json") : path;
    }

    /// <summary>The newest versions of a dashboard that the server keeps, newest first.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardNotFound"/>.</exception>
    public IReadOnlyList<GrafanaDashboardVersion> Versions(string uid) =>
    [
        .. Api.History(Stored(uid), MostVersions).Versions.Select(version => new GrafanaDashboardVersion(
            uid, version.Version, version.Created, version.CreatedBy ?? "",
            Published: PublishMark.Find(version.Message)?.Version == version.Version, PublishMark.Words(version.Message))),
    ];

    private StoredDashboard Stored(string uid) => Api.Read(uid) ?? throw Missing($"has no dashboard with the uid '{uid}'", uid);

    private DashboardDocument Read(string uid, long? version, out FolderPlace place, out long found)
    {
        if (uid.Length == 0 || uid.All(character => character == '.'))
        {
            // In an address, they would refer to another dashboard.
            throw Missing($"has no dashboard with the uid '{uid}', which is not a valid uid", uid);
        }
        StoredDashboard stored = Stored(uid);
        (place, found) = (stored.Folder, version ?? stored.Version);
        JsonObject json = found != stored.Version
            ? Api.ReadVersion(stored, found) ?? throw NoVersion(stored, found)
            : stored.Json ?? throw stored.Unsupported("read");
        // Objects under /apis contain it elsewhere, and some servers omit it in old versions.
        json["uid"] ??= uid;
        return DashboardDocument.FromObject(DashboardContent.ForFile(json));
    }

    /// <summary>The error for a version that was not found. It may never have existed, or the server does not keep or show it.</summary>
    private TokenDashboardException NoVersion(StoredDashboard stored, long wanted)
    {
        string present = stored.Version > 0 ? string.Create(CultureInfo.InvariantCulture, $"; the current one is {stored.Version}") : "";
        return Api.History(stored).Newest > 0
            ? Missing(string.Create(CultureInfo.InvariantCulture, $"has no version {wanted} of the dashboard '{stored.Uid}'{present}"), stored.Uid, " Get-GrafanaDashboardVersion lists the versions.")
            : Missing($"returns no history of the dashboard '{stored.Uid}' through {Api.Name}, only the current version{present}", stored.Uid, "");
    }

    private TokenDashboardException Missing(string what, string uid, string advice = " Export-GrafanaDashboard -All lists the dashboards that this account can read.") =>
        new(ErrorCode.DashboardNotFound, $"Grafana at {Client.Url} {what}.{advice}", target: uid);
}
