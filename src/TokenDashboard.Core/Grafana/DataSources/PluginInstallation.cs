using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.DataSources;

/// <summary>Checks that a server has a supported version of a plugin, and installs it if requested.</summary>
internal sealed class PluginInstallation(GrafanaClient client, GrafanaServer server, PublishCallbacks callbacks, DataSourcePlugin plugin)
{
    private string Program => server.Major < 10 ? "grafana-cli" : "grafana cli";

    /// <summary>Instructions to install the plugin on the server or in a container.</summary>
    internal string InstallCommand =>
        $"On the server, run '{Program} plugins install {plugin.Id}' and restart Grafana. For a container, set "
            + $"{(server.Major < 12 ? "GF_INSTALL_PLUGINS" : "GF_PLUGINS_PREINSTALL")}={plugin.Id}.";

    /// <summary>The installed version; null if there is none, empty if the account cannot see it.</summary>
    internal string? Find()
    {
        GrafanaResponse response = client.Get($"api/plugins/{plugin.Id}/settings");
        return response.Status switch
        {
            404 => null,
            403 => "",
            _ => response.OrThrow($"read the plugin {plugin.Id}", "plugins:read (role Viewer)").AsObject().Child("info").String("version") ?? "",
        };
    }

    internal string? Outdated(string version) => Version.TryParse(version.Split('-')[0], out Version? installed) && installed < plugin.Oldest
        ? $"The plugin {plugin.Id} {version} is too old. Version {plugin.Oldest} or later is required. On the server, run '{Program} plugins update {plugin.Id}' and restart Grafana."
        : null;

    private bool IsLacking(string? version) => version is null || Outdated(version) is not null;

    /// <summary>Checks the plugin, and installs or updates it if requested.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.GrafanaPluginMissing"/>.</exception>
    internal void Require(bool install)
    {
        string? version = Find();
        if (install && IsLacking(version))
        {
            if (!callbacks.ShouldProcess($"Plugin {plugin.Id} on {client.Url}", version is null ? "Install" : "Update"))
                return;
            // The plugin is checked again, because the response can be lost, or report an existing plugin. Installing updates an old version.
            GrafanaResponse? response = client.Write(HttpMethod.Post, $"api/plugins/{plugin.Id}/install", [], () => !IsLacking(Find()));
            if (response is { IsNoAnswer: true })
                throw response.Failure($"install the plugin {plugin.Id}", "plugins:install (a server admin)");
            version = Find();
            if (version is null || (IsLacking(version) && response is { IsSuccess: false }))
            {
                throw Missing($"Grafana at {client.Url} did not install the plugin {plugin.Id}: {response?.Words}. Installing it requires a server admin, plugin_admin_enabled "
                    + "in Grafana's configuration, and access to grafana.com.");
            }
            callbacks.Verbose($"Installed the plugin {plugin.Id} {version}.");
        }
        if (version is null)
            throw Missing($"Grafana at {client.Url} has no plugin {plugin.Id}, or could not load it (see its log).");
        callbacks.Verbose(version.Length > 0
            ? $"The plugin {plugin.Id} {version} is installed."
            : $"This account cannot read plugins, so it is unknown whether {plugin.Id} is installed.");
        if (Outdated(version) is { } warning)
            callbacks.Warning(warning);
    }

    private TokenDashboardException Missing(string what) => new(ErrorCode.GrafanaPluginMissing, $"{what} {InstallCommand}", target: plugin.Id);
}

/// <summary>Warnings about a store that is also on this computer, under the same path.</summary>
internal static class StoreWarnings
{
    /// <summary>Possible problems in Grafana; none for a valid store, and for a path that does not exist on this computer.</summary>
    internal static IEnumerable<string> Of(string database) =>
        Path.IsPathFullyQualified(database) && SqliteFiles.IsWriteAheadLogged(database) && !OthersMayWrite(Path.GetDirectoryName(database)!)
            ? [$"The store '{database}' is in WAL mode, and only its owner can write to its folder. Grafana cannot open it from another account: grant "
                + "its account write permission on the folder, or change the journal mode with Optimize-TokenStore -JournalMode Delete."]
            : [];

    /// <summary>Windows has no such permission bits. There, and in a folder of a group, the result is unknown.</summary>
    private static bool OthersMayWrite(string folder) =>
        OperatingSystem.IsWindows() || (File.GetUnixFileMode(folder) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0;
}
