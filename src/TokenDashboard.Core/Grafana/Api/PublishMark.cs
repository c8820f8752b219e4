using System.Globalization;
using System.Text.RegularExpressions;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Api;

/// <summary>
/// How a version in a dashboard's history says that this product wrote it: at the end of the version's message stand the fingerprint
/// of what was sent and the version it was to become. Grafana drops a message when someone else saves, and keeps no unknown field of
/// a dashboard that was saved in its editor, so the history is the one place that tells.
/// </summary>
/// <param name="Fingerprint">Of the content that was sent, see <see cref="DashboardContent.Fingerprint"/>.</param>
/// <param name="Version">The version it was to become.</param>
internal sealed partial record PublishMark(string Fingerprint, long Version)
{
    /// <summary>The message of a version that is about to be written.</summary>
    internal string Message(string? words)
    {
        string text = string.IsNullOrWhiteSpace(words) ? "Published by TokenDashboard" : words.Trim();
        return string.Create(CultureInfo.InvariantCulture, $"{text} [tokendashboard {Fingerprint} v{Version}]");
    }

    /// <summary>A message without the mark.</summary>
    internal static string Words(string? message) => Pattern().Replace(message ?? "", "").Trim();

    /// <summary>The mark in a message; null where there is none.</summary>
    internal static PublishMark? Find(string? message)
    {
        Match match = Pattern().Match(message ?? "");
        return match.Success ? new PublishMark(match.Groups[1].Value, long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture)) : null;
    }

    [GeneratedRegex(@"\[tokendashboard ([0-9a-f]{16}) v([0-9]{1,18})\]\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
