using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Http;

namespace TokenDashboard.Grafana.Api;

/// <summary>What publishing, comparing and exporting ask of a server's dashboards and folders, whichever of its interfaces answers.</summary>
internal interface IDashboardApi
{
    /// <summary>The interface, for people: "/api", or the path of the group and version under /apis.</summary>
    string Name { get; }

    /// <summary>Whether folders may be in folders.</summary>
    bool HasNestedFolders { get; }

    /// <summary>Reads a dashboard; null where there is none.</summary>
    StoredDashboard? Read(string uid);

    /// <summary>Reads the history of a dashboard, its newest versions; an empty one where the server tells none.</summary>
    PublishHistory History(StoredDashboard stored, int limit = PublishHistory.Depth);

    /// <summary>Reads a version of a dashboard's history; null where there is none.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.GrafanaSchemaUnsupported"/>, or any of the Grafana codes.</exception>
    JsonObject? ReadVersion(StoredDashboard stored, long version);

    /// <summary>A phrase that names what else manages a dashboard; null where nothing does, or the server cannot tell.</summary>
    string? Owner(StoredDashboard stored);

    /// <summary>Makes or replaces a dashboard, only if the server still holds what was read.</summary>
    /// <param name="dashboard">Its content, with uid, without version; taken over.</param>
    /// <param name="folder">The folder, whose uid is known; the root for none.</param>
    /// <param name="stored">What was read; null where there was none.</param>
    /// <param name="message">For the history.</param>
    /// <param name="isDone">Looks whether a try without an answer had done it.</param>
    /// <returns>The answer; null where <paramref name="isDone"/> found it done.</returns>
    GrafanaResponse? Save(JsonObject dashboard, FolderPlace folder, StoredDashboard? stored, string message, Func<bool> isDone);

    /// <summary>The version in the answer to <see cref="Save"/>.</summary>
    long SavedVersion(GrafanaResponse response);

    /// <summary>A phrase that says who deleted a dashboard that is not there now; null where it was not, or the server does not remember.</summary>
    string? Deleted(string uid);

    /// <summary>The dashboards that have all tags; all dashboards for none.</summary>
    IEnumerable<SearchHit> Search(IReadOnlyCollection<string> tags);

    /// <summary>Reads a folder; null where there is none.</summary>
    FolderAnswer? Folder(string uid);

    /// <summary>The folders directly in a folder; in none for the empty string.</summary>
    IEnumerable<FolderAnswer> Folders(string parentUid);

    /// <summary>Makes a folder.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="uid">Its uid; null lets the server choose.</param>
    /// <param name="parentUid">The folder it is in; empty for none.</param>
    /// <param name="isDone">Looks whether a try without an answer had done it.</param>
    /// <returns>The answer; null where <paramref name="isDone"/> found it done.</returns>
    GrafanaResponse? CreateFolder(string title, string? uid, string parentUid, Func<bool> isDone);

    /// <summary>The folder in the answer to <see cref="CreateFolder"/>.</summary>
    FolderAnswer CreatedFolder(GrafanaResponse response);
}
