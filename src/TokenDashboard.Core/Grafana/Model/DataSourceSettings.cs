using TokenDashboard.Engines.ClickHouse;

namespace TokenDashboard.Grafana.Model;

/// <summary>The settings of a data source, by its database: the path of a SQLite database, or the address of ClickHouse.</summary>
internal static class DataSourceSettings
{
    /// <summary>Without this prefix, the plugin would pass SQLite's URI parameters as part of the file name.</summary>
    internal const string PathPrefix = "file:";
    /// <summary>Waits up to five seconds for the application that writes the store, and forbids writing.</summary>
    internal const string PathOptions = "_pragma=busy_timeout(5000)&_pragma=query_only(1)";

    /// <summary>Parts of a path that the SQLite plugin (4.0 and later) rejects, in any case, so that data sources cannot read secrets.</summary>
    private static readonly string[] BlockedWords =
    [
        ".aws", ".config/gcloud", ".azure", ".kube/config", ".docker/config", ".ssh", ".gnupg", ".pki", "/etc/shadow", "/etc/passwd",
        "/etc/gshadow", "/proc/", "/sys/", ".env", "credentials", ".git/config", ".netrc", ".npmrc", ".pypirc", "id_rsa", "id_dsa",
        "id_ecdsa", "id_ed25519", "grafana.db",
    ];

    internal static DataSourcePlugin PluginOf(string? database) =>
        database is not null && ClickHouseAddress.Matches(database) ? DataSourcePlugin.ClickHouse : DataSourcePlugin.Sqlite;

    /// <summary>The settings. A user of ClickHouse replaces the user in the address.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.StoreAddressInvalid"/>: the address is invalid, or contains a password.</exception>
    internal static JsonObject Of(string database, string? user = null)
    {
        if (PluginOf(database) == DataSourcePlugin.Sqlite)
            return new() { ["path"] = database, ["pathPrefix"] = PathPrefix, ["pathOptions"] = PathOptions, ["attachLimit"] = 0 };
        var address = ClickHouseAddress.Parse(database);
        return Json.Of(
            ("host", address.Host), ("port", address.Port), ("protocol", "http"), ("secure", address.IsSecure), ("defaultDatabase", address.Database),
            ("username", user ?? address.User));
    }

    /// <summary>Corrects settings that differ, keeps all others, and returns whether any differed.</summary>
    internal static bool Correct(JsonObject stored, JsonObject settings)
    {
        // The plugin reads a missing number as 0, and a missing flag as false.
        bool Differs(KeyValuePair<string, JsonNode?> wanted) =>
            stored[wanted.Key] is { } found ? !JsonNode.DeepEquals(found, wanted.Value) : wanted.Value!.ToJsonString() is not ("0" or "false");

        KeyValuePair<string, JsonNode?>[] changed = [.. settings.Where(Differs)];
        foreach ((string name, JsonNode? value) in changed)
            stored[name] = value!.DeepClone();
        return changed.Length > 0;
    }

    /// <summary>The display text of the database of a data source; null without a database.</summary>
    internal static string? DatabaseOf(DataSourcePlugin plugin, JsonObject settings)
    {
        if (plugin == DataSourcePlugin.Sqlite)
            return settings.String("path");
        string port = settings["port"]?.ToString() ?? "";
        return settings.String("host") is { Length: > 0 } host
            ? $"{ClickHouseAddress.Scheme}://{host}{(port.Length > 0 ? ":" + port : "")}/{settings.String("defaultDatabase") ?? "default"}{(settings.Flag("secure") ? "?secure=true" : "")}" : null;
    }

    /// <summary>Problems that the path of a SQLite database itself causes in Grafana; empty for a valid path, and for ClickHouse.</summary>
    internal static IEnumerable<string> PathWarnings(string database)
    {
        if (PluginOf(database) != DataSourcePlugin.Sqlite)
            yield break;
        if (BlockedWords.FirstOrDefault(word => database.Contains(word, StringComparison.OrdinalIgnoreCase)) is { } blocked)
        {
            yield return $"Grafana's SQLite plugin rejects paths that contain '{blocked}', such as '{database}'. "
                + "Rename the file or folder, or move the store.";
        }
        bool drive = database.Length > 2 && char.IsAsciiLetter(database[0]) && database[1] == ':' && database[2] is '/' or '\\';
        if (database[0] is not ('/' or '\\') && !drive)
        {
            yield return $"'{database}' is not an absolute path. It would be relative to Grafana's working folder. "
                + "Use the full path as the Grafana server sees it.";
        }
        if (database.IndexOfAny(['?', '#', '%']) >= 0)
            yield return $"'{database}' contains '?', '#' or '%', which SQLite interprets as part of an address. Rename the file or folder.";
    }
}
