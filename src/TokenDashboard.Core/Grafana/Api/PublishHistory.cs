using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Api;

internal sealed class PublishHistory(IEnumerable<VersionAnswer> versions)
{
    /// <summary>The number of versions that are read. Grafana keeps 20 versions by default.</summary>
    internal const int Depth = 20;

    internal static PublishHistory None { get; } = new([]);

    internal IReadOnlyList<VersionAnswer> Versions { get; } = [.. versions.OrderByDescending(version => version.Version)];
    /// <summary>The newest version; 0 if the server keeps no history.</summary>
    internal long Newest => Versions is [var newest, ..] ? newest.Version : 0;
    internal long? LastPublished => LastMark?.Version;

    private PublishMark? NewestMark => PublishMark.Find(Versions is [var newest, ..] ? newest.Message : null);
    private PublishMark? LastMark => Versions.Select(version => PublishMark.Find(version.Message)).FirstOrDefault(mark => mark is not null);

    /// <summary>Whether the server's version has the content that was published with this fingerprint, even if newer servers return it in a migrated form.</summary>
    internal bool Holds(StoredDashboard stored, string fingerprint) => PublishedNewest(stored) && NewestMark!.Fingerprint == fingerprint;

    /// <summary>Whether overwriting would lose no edit: the newest version, or its content if the dashboard was only moved, is the last published one.</summary>
    internal bool NobodyElseChanged(StoredDashboard stored) =>
        PublishedNewest(stored) || (stored.Content is { } content && LastMark?.Fingerprint == DashboardContent.Fingerprint(content));

    /// <summary>Tools that copy an object's metadata can copy a message, so the version in the mark must also be the newest.</summary>
    private bool PublishedNewest(StoredDashboard stored) => NewestMark?.Version == Newest && Newest == stored.Version;
}

/// <summary>
/// The mark of a version in a dashboard's history that this module published. At its end, the version's message contains the fingerprint of the sent
/// content and the number of the version. Grafana drops the message when another user saves, and drops unknown fields of
/// a dashboard that is saved in its editor, so the history is the only place for the mark.
/// </summary>
internal sealed partial record PublishMark(string Fingerprint, long Version)
{
    internal string Message(string? words)
    {
        string text = string.IsNullOrWhiteSpace(words) ? "Published by TokenDashboard" : words.Trim();
        return string.Create(CultureInfo.InvariantCulture, $"{text} [tokendashboard {Fingerprint} v{Version}]");
    }

    internal static string Words(string? message) => Pattern().Replace(message ?? "", "").Trim();

    internal static PublishMark? Find(string? message)
    {
        Match match = Pattern().Match(message ?? "");
        return match.Success ? new PublishMark(match.Groups[1].Value, long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture)) : null;
    }

    [GeneratedRegex(@"\[tokendashboard ([0-9a-f]{16}) v([0-9]{1,18})\]\s*$", RegexOptions.CultureInvariant)] private static partial Regex Pattern();
}
