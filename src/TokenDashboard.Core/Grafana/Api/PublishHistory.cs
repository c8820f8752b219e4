using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Api;

/// <summary>What a dashboard's history tells about who wrote it.</summary>
internal sealed class PublishHistory
{
    /// <summary>How far back is looked. Grafana keeps 20 versions unless configured otherwise.</summary>
    internal const int Depth = 20;

    /// <summary>That of a dashboard whose server keeps none.</summary>
    internal static PublishHistory None { get; } = new([]);

    private readonly PublishMark? _newestMark;
    private readonly PublishMark? _lastMark;

    /// <param name="versions">The versions, as the server lists them.</param>
    internal PublishHistory(IEnumerable<VersionAnswer> versions)
    {
        Versions = [.. versions.OrderByDescending(version => version.Version)];
        Newest = Versions.Count == 0 ? 0 : Versions[0].Version;
        _newestMark = Versions.Count == 0 ? null : PublishMark.Find(Versions[0].Message);
        _lastMark = Versions.Select(version => PublishMark.Find(version.Message)).FirstOrDefault(mark => mark is not null);
    }

    /// <summary>The versions, newest first.</summary>
    internal IReadOnlyList<VersionAnswer> Versions { get; }

    /// <summary>The newest version; 0 where the server keeps no history.</summary>
    internal long Newest { get; }

    /// <summary>The version the last publishing made; null where none is remembered.</summary>
    internal long? LastPublished => _lastMark?.Version;

    /// <summary>
    /// Whether the version the server holds is exactly what was published with this fingerprint, even if the server shows it in
    /// another form, as newer servers do when they migrate an older schema on reading.
    /// </summary>
    internal bool Holds(StoredDashboard stored, string fingerprint) => PublishedNewest(stored) && _newestMark!.Fingerprint == fingerprint;

    /// <summary>
    /// Whether nothing of anyone else's would be lost by overwriting: the newest version is the last published one, or its content
    /// is (it was only moved, say).
    /// </summary>
    internal bool NobodyElseChanged(StoredDashboard stored) =>
        PublishedNewest(stored) || (stored.Content is { } content && _lastMark?.Fingerprint == DashboardContent.Fingerprint(content));

    /// <summary>A message may be carried along by tools that copy an object's metadata, so the mark's version must be the newest, too.</summary>
    private bool PublishedNewest(StoredDashboard stored) => _newestMark?.Version == Newest && Newest == stored.Version;
}
