namespace TokenDashboard.Grafana.Http;

// The parts of Grafana's responses that are read in several places. All values can be missing, because versions differ, and proxies can respond.

internal sealed record FolderAnswer(string? Uid, string? Title, string? ParentUid, long Id = 0)
{
    internal static FolderAnswer Of(JsonObject json) => new(json.String("uid"), json.String("title"), json.String("parentUid"), json.Whole("id") ?? 0);
}

internal sealed record DataSourceItem(string? Uid, string? Name, string? Type);

internal sealed record VersionAnswer(long Version, string? Message, string? CreatedBy, DateTimeOffset? Created);

internal sealed record SearchHit(string? Uid, string? Title, string? FolderUid, string? FolderTitle, IReadOnlyList<string> Tags);

/// <summary>An object under /apis, in the format of the Kubernetes API.</summary>
internal sealed record ApiObject(JsonObject Json)
{
    internal const string FolderNote = "grafana.app/folder";
    internal const string MessageNote = "grafana.app/message";

    internal JsonObject? Metadata => Json["metadata"] as JsonObject;
    internal JsonObject? Spec => Json["spec"] as JsonObject;
    /// <summary>The uid in Grafana, which is not the uid of the metadata.</summary>
    internal string Uid => Metadata.String("name") ?? "";
    /// <summary>The version, counted from 1. It increases when content or folder change. Objects in the trash have a negative version.</summary>
    internal long Generation => Metadata.Whole("generation") ?? 0;
    internal string? Title => Spec.String("title");
    /// <summary>The uid of its folder; empty for none.</summary>
    internal string Folder => Note(FolderNote) is { } folder and not "general" ? folder : "";

    /// <summary>The version of the group in which it is stored, if that has the newer schema; null for the classic schema.</summary>
    internal string? NewerSchema =>
        new[] { Json.Child("status").Child("conversion").String("storedVersion"), Json.String("apiVersion")?.Split('/')[^1] }.FirstOrDefault(IsNewerSchema);

    internal string? Owner => Note("grafana.app/managedBy") is { Length: > 0 } kind
        ? $"is managed by {kind}" + (Note("grafana.app/managerId") is { } id ? $" '{id}'" : "")
        : null;

    internal bool IsDeleted => Metadata.String("deletionTimestamp") is { Length: > 0 } || Generation < 0;
    internal string? SavedByName => Note("grafana.app/updatedBy") ?? Note("grafana.app/createdBy");

    internal DateTimeOffset? SavedAt => Metadata.Child("annotations").Time("grafana.app/updatedTimestamp") ?? Metadata.Time("creationTimestamp");

    internal string? Note(string name) => Metadata.Child("annotations").String(name);

    internal static bool IsNewerSchema(string? version) => version is ['v', >= '2' and <= '9', ..];

    /// <summary>The user who saved an object last, and the time, for messages; empty without a user.</summary>
    internal static string By(string? name, DateTimeOffset? time) => string.IsNullOrEmpty(name) ? ""
        : $" by '{name}'" + (time is { } saved ? string.Create(CultureInfo.InvariantCulture, $" on {saved.UtcDateTime:yyyy-MM-dd HH:mm} UTC") : "");
}
