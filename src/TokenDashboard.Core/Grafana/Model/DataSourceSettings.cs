using TokenDashboard.Engines.ClickHouse;

namespace TokenDashboard.Grafana.Model;

/// <summary>The settings of a data source, by what it reads: the path of a SQLite database, or the address of ClickHouse.</summary>
internal static class DataSourceSettings
{
    /// <summary>The plugin that reads a database.</summary>
    internal static DataSourcePlugin PluginOf(string? database) =>
        database is not null && ClickHouseAddress.Matches(database) ? DataSourcePlugin.ClickHouse : DataSourcePlugin.Sqlite;

    /// <summary>The settings; a user of ClickHouse replaces the one of the address.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.StoreAddressInvalid"/>: the address is not valid, or contains a password.</exception>
    internal static IReadOnlyDictionary<string, object> Of(string database, string? user = null)
    {
        if (PluginOf(database) == DataSourcePlugin.Sqlite)
            return SqliteDataSource.Settings(database);
        var address = ClickHouseAddress.Parse(database);
        var settings = new Dictionary<string, object>
        {
            ["host"] = address.Host,
            ["port"] = address.Port,
            ["protocol"] = "http",
            ["secure"] = address.IsSecure,
            ["defaultDatabase"] = address.Database,
        };
        if ((user ?? address.User) is { } name)
            settings["username"] = name;
        return settings;
    }

    internal static JsonObject ToJson(string database, string? user) => Json.Map(Of(database, user), setting => setting.Key, setting => Node(setting.Value));

    /// <summary>Corrects settings that differ, keeps all others, and returns whether any differed.</summary>
    internal static bool Correct(JsonObject stored, IReadOnlyDictionary<string, object> settings)
    {
        bool changed = false;
        foreach ((string name, object value) in settings)
        {
            JsonNode wanted = Node(value);
            // The plugin reads a missing number as 0, and a missing flag as false.
            if (!(stored[name] is { } found ? JsonNode.DeepEquals(found, wanted) : value is 0 or false))
            {
                stored[name] = wanted;
                changed = true;
            }
        }
        return changed;
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

    private static JsonNode Node(object value) => value switch
    {
        string text => text,
        int number => number,
        bool flag => flag,
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };
}
