namespace TokenDashboard;

/// <summary>A version in the history of a dashboard on a server.</summary>
/// <param name="Uid">The dashboard's uid.</param>
/// <param name="Version">The version's number, counted from 1.</param>
/// <param name="Created">When it was saved; null if the server does not report it.</param>
/// <param name="CreatedBy">The user who saved it; the empty string if the server does not report it.</param>
/// <param name="Published">Whether Publish-GrafanaDashboard saved it.</param>
/// <param name="Message">The message of the version; the empty string for none.</param>
public sealed record GrafanaDashboardVersion(string Uid, long Version, DateTimeOffset? Created, string CreatedBy, bool Published, string Message)
{
    /// <summary>The dashboard and the version.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Uid} version {Version}");
}
