using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Http;

namespace TokenDashboard.Grafana.Api;

/// <summary>The operations on a server's dashboards and folders, through either of its interfaces.</summary>
internal interface IDashboardApi
{
    /// <summary>The interface, as shown to users: "/api", or the path of the group and version under /apis.</summary>
    string Name { get; }

    bool HasNestedFolders { get; }

    /// <summary>Reads a dashboard; null if there is none.</summary>
    StoredDashboard? Read(string uid);

    /// <summary>Reads the history of a dashboard, its newest versions; an empty one if the server returns none.</summary>
    PublishHistory History(StoredDashboard stored, int limit = PublishHistory.Depth);

    /// <summary>Reads a version of a dashboard's history; null if there is none.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.GrafanaSchemaUnsupported"/>, or any of the Grafana codes.</exception>
    JsonObject? ReadVersion(StoredDashboard stored, long version);

    /// <summary>A phrase with the tool that manages a dashboard; null if there is none, or the server does not say.</summary>
    string? Owner(StoredDashboard stored);

    /// <summary>
    /// Creates or replaces a dashboard, whose JSON has a uid and is taken over, only if the server still has what was read. Like
    /// <see cref="CreateFolder"/> it returns the response; null if <paramref name="isDone"/> found that a try without a response succeeded.
    /// </summary>
    GrafanaResponse? Save(JsonObject dashboard, FolderPlace folder, StoredDashboard? stored, string message, Func<bool> isDone);

    /// <summary>The version in the response to <see cref="Save"/>.</summary>
    long SavedVersion(GrafanaResponse response);

    /// <summary>A phrase that says who deleted a dashboard that does not exist; null if it was not deleted, or the server does not know.</summary>
    string? Deleted(string uid);

    /// <summary>The dashboards that have all tags; all dashboards for none.</summary>
    IEnumerable<SearchHit> Search(IReadOnlyCollection<string> tags);

    /// <summary>Reads a folder; null if there is none.</summary>
    FolderAnswer? Folder(string uid);

    /// <summary>The folders directly in a folder; in none for the empty string.</summary>
    IEnumerable<FolderAnswer> Folders(string parentUid);

    /// <summary>Creates a folder in another, or in none for an empty parent. Without a uid the server chooses one.</summary>
    GrafanaResponse? CreateFolder(string title, string? uid, string parentUid, Func<bool> isDone);

    /// <summary>The folder in the response to <see cref="CreateFolder"/>.</summary>
    FolderAnswer CreatedFolder(GrafanaResponse response);
}
