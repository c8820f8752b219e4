using TokenDashboard.Input;
using YamlDotNet.Core;

namespace TokenDashboard.Engines;

/// <summary>
/// Finds the default store: the environment variable <c>TOKENDASHBOARD_DATABASE</c>, then
/// <c>logging.sqlite.database</c> of Observicia's configuration file.
/// </summary>
internal static class StoreLocator
{
    /// <summary>The environment variable with the path of the default store.</summary>
    public const string DatabaseVariable = "TOKENDASHBOARD_DATABASE";

    /// <summary>The environment variable with the path of Observicia's configuration file, which Observicia also uses.</summary>
    public const string ConfigurationVariable = "OBSERVICIA_CONFIG_FILE";

    /// <summary>The default configuration file of Observicia in the working directory.</summary>
    public const string ConfigurationFile = "observicia_config.yaml";

    /// <summary>The file is in the current folder, and is read at each tab completion.</summary>
    private const int MaxConfigurationBytes = 1024 * 1024;

    /// <summary>The path of the default store. Its existence is not checked.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.StoreNotSpecified"/>: no store is specified. <see cref="ErrorCode.ConfigurationInvalid"/>: the configuration file is
    /// not YAML, not a regular file of at most 1 MiB, or specifies a network path.
    /// </exception>
    public static string FindDefault(string workingDirectory)
    {
        string? database = Environment.GetEnvironmentVariable(DatabaseVariable);
        if (!string.IsNullOrWhiteSpace(database))
            return TelemetryStores.IsAddress(database) ? database : Path.GetFullPath(WithHome(database), workingDirectory);
        string configuration = Path.GetFullPath(
            Environment.GetEnvironmentVariable(ConfigurationVariable) is { Length: > 0 } named ? named : ConfigurationFile,
            workingDirectory);
        string found = "which does not exist";
        if (File.Exists(configuration))
        {
            if (DatabaseOf(configuration) is { } path)
            {
                // The file can come with a folder from anyone, and Windows signs in to the computer of such a path.
                return path is not (['/' or '\\', '/' or '\\', ..] or ['\\', '?', '?', '\\', ..]) ? Path.GetFullPath(path, workingDirectory) : throw new TokenDashboardException(
                    ErrorCode.ConfigurationInvalid,
                    $"Observicia's configuration file '{configuration}' specifies a database on a network or device path. To read it, use -Database.", target: configuration);
            }
            found = "which specifies none or has logging.sqlite.enabled off";
        }
        throw new TokenDashboardException(
            ErrorCode.StoreNotSpecified,
            $"No store is specified. Use -Database, set the environment variable {DatabaseVariable}, or set logging.sqlite.database in Observicia's "
            + $"configuration file (looked for at '{configuration}', {found}).");
    }

    // A shell expands ~ only without quotes, and -Database accepts both.
    private static string WithHome(string path) => path is ['~'] or ['~', '/' or '\\', ..]
        ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..]
        : path;

    private static string? DatabaseOf(string configuration)
    {
        try
        {
            // Python on Windows may use another encoding, for example in a comment.
            using var reader = new StringReader(RegularFile.ReadText(configuration, MaxConfigurationBytes, replacesInvalid: true));
            object? sqlite = Value(Value(PlainValues.TextsOfYaml(reader), "logging"), "sqlite");
            // Observicia parses YAML 1.1, which has several words for true: https://yaml.org/type/bool.html
            bool enabled = DefinitionFields.Scalar(Value(sqlite, "enabled"))?.ToLowerInvariant() is "true" or "yes" or "on";
            return enabled && DefinitionFields.Scalar(Value(sqlite, "database")) is { Length: > 0 } database ? database : null;
        }
        catch (Exception exception) when (exception is YamlException or IOException or UnauthorizedAccessException)
        {
            throw new TokenDashboardException(
                ErrorCode.ConfigurationInvalid,
                $"Observicia's configuration file '{configuration}' cannot be read: {exception.Message} Correct it, or use -Database.",
                exception,
                configuration);
        }
    }

    // The last of duplicate keys applies, as in PyYAML.
    private static object? Value(object? mapping, string key) =>
        (mapping as IEnumerable<KeyValuePair<string, object?>>)?.LastOrDefault(field => field.Key == key).Value;
}
