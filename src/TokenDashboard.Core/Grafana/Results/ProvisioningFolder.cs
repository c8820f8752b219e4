using TokenDashboard.Grafana.Http;

namespace TokenDashboard.Grafana.Results;

internal sealed class ProvisioningFolder(string root, PublishCallbacks callbacks)
{
    internal const string Header = "# Written by Export-GrafanaProvisioning, whose next run overwrites changes made here.\n";

    /// <summary>The full path of a file or folder by its relative name in the provisioning folder.</summary>
    internal string PathOf(string name) => Path.GetFullPath(Path.Combine(root, name));

    /// <summary>Throws if a link leads to a file from the folder.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardWriteFailed"/>.</exception>
    internal void ThrowIfLinked(string path) => AtomicFile.ThrowIfLinked(root, path);

    /// <summary>Writes a file, unless it already has this text. Returns null if the user declines.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardWriteFailed"/>.</exception>
    internal GrafanaPublishResult? Write(string name, string? uid, string text, GrafanaPublishAction change = GrafanaPublishAction.Updated)
    {
        string path = PathOf(name);
        // Also for an unchanged file, so that the first run reports the link.
        ThrowIfLinked(path);
        GrafanaPublishAction action = !File.Exists(path) ? GrafanaPublishAction.Created : RegularFile.TryReadText(path) == text ? GrafanaPublishAction.Unchanged : change;
        if (action != GrafanaPublishAction.Unchanged)
        {
            string verb = action switch { GrafanaPublishAction.Created => "Create", GrafanaPublishAction.Removed => "Remove the rule of", _ => "Update" };
            if (!callbacks.ShouldProcess($"File '{path}'", verb))
                return null;
            AtomicFile.WriteBelow(root, path, text);
        }
        callbacks.Verbose($"{action}: {path}");
        return new GrafanaPublishResult(GrafanaPublishKind.ProvisioningFile, name, action, uid, Path: path);
    }

    /// <summary>Escapes text, because Grafana replaces $NAME in provisioning files with environment variables. Two dollar signs become one.</summary>
    internal static string Literal(string text) => text.Replace("$", "$$", StringComparison.Ordinal);
}
