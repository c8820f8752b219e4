using System.Security.Cryptography;
using TokenDashboard.Grafana.Api;
using TokenDashboard.Grafana.DataSources;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Results;
using YamlDotNet.Serialization;

namespace TokenDashboard.Grafana.Publishing;

/// <summary>Writes the files from which Grafana itself creates the data source and the dashboards when it starts, and whose changes it follows.</summary>
internal sealed class ProvisioningWriter
{
    private const string OwnName = "tokendashboard";
    private const string OwnFolder = $"dashboards/{OwnName}";

    private static readonly ISerializer Yaml =
        new SerializerBuilder().WithQuotingNecessaryStrings().WithIndentedSequences().WithNewLine("\n").Build();

    private readonly ProvisioningOptions _options;
    private readonly PublishCallbacks _callbacks;
    private readonly ProvisioningFolder _folder;
    private readonly DataSourceReferences? _references;
    private readonly DataSourceIdentity _dataSource;
    private readonly HashSet<string> _seen = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _titles = new(StringComparer.OrdinalIgnoreCase);
    private SortedDictionary<string, string>? _files;
    private bool _described;

    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.GrafanaFolderConflict"/>: the folder is nested, which file provisioning does not support.
    /// <see cref="ErrorCode.GrafanaDataSourceMissing"/>: a data source is not specified by its uid.
    /// </exception>
    public ProvisioningWriter(ProvisioningOptions options, PublishCallbacks callbacks)
    {
        if (options.Folder?.Contains('/', StringComparison.Ordinal) == true)
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaFolderConflict,
                $"File provisioning does not create nested folders. Use a title without a slash instead of '{options.Folder}'.",
                target: options.Folder);
        }
        _references = options.DataSources is { } map ? DataSourceReferences.AsGiven(map) : null;
        _options = _references?.One is { } one ? options with { DataSourceUid = one.Uid } : options;
        _dataSource = DataSourceIdentity.Of(_options, DataSourceSettings.PluginOf(_options.Database));
        _callbacks = callbacks;
        _folder = new ProvisioningFolder(options.Path, callbacks);
    }

    /// <summary>Warns of data sources to replace that no dashboard has. Call it after the last dashboard.</summary>
    public void Finish() => _references?.WarnOfUnmatched(_callbacks.Warning);

    /// <summary>
    /// Writes a dashboard's file if it differs and, before the first one, the files for the data source and the folder. If the user declines
    /// to write a file, it has no result.
    /// </summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardInvalid"/>, also for a duplicate title.</exception>
    public IEnumerable<GrafanaPublishResult> Write(DashboardDocument document)
    {
        string uid = DashboardBinding.RequireUid(document, _seen);
        if (!_titles.TryAdd(document.Title.Trim(), uid) && _titles[document.Title.Trim()] is var other && other != uid)
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardInvalid,
                $"The dashboards '{other}' and '{uid}' both have the title '{document.Title}'. Grafana stops reading a provisioned folder with duplicate titles, so "
                    + $"'{uid}' was not written. Change its title.",
                target: document.Title);
        }
        return WriteFiles(uid, DashboardDocument.FromObject(DashboardBinding.Bind(document, _dataSource, _references)).Json).OfType<GrafanaPublishResult>();
    }

    /// <summary>Warns of duplicate titles in the folder, which can be in files of earlier runs. Call it last.</summary>
    public void WarnOfSameTitles()
    {
        foreach (IGrouping<string, (string Title, string File)> same in (Directory.Exists(Folder) ? Directory.GetFiles(Folder, "*.json") : [])
            .Order(StringComparer.Ordinal).Select(path => (Title: DashboardDocument.TryParse(RegularFile.TryReadText(path), path)?.Title.Trim() ?? "", File: Path.GetFileName(path)))
            .Where(file => file.Title.Length > 0)
            .GroupBy(file => file.Title, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            _callbacks.Warning(
                $"The files {string.Join(", ", same.Select(file => $"'{file.File}'"))} in '{Folder}' have the same title, '{same.Key}'. Grafana stops reading a "
                    + "provisioned folder with duplicate titles. Remove the file that is no longer needed (-Prune removes files of earlier runs), or change a title.");
        }
    }

    /// <summary>Removes unchanged dashboard files of an earlier run that this run did not <see cref="Write"/>. Grafana then removes these dashboards.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardWriteFailed"/>: the list or its folder is a link, or a file cannot be removed.</exception>
    public IEnumerable<GrafanaPublishResult> Prune()
    {
        _folder.ThrowIfLinked(ListPath);
        foreach ((string name, string hash) in Files.Where(file => !_seen.Any(uid => file.Key.Equals(NameOf(uid), StringComparison.OrdinalIgnoreCase))).ToList())
        {
            string path = Path.Combine(Folder, name);
            if (!File.Exists(path))
            {
                // The entry is removed the next time the list is written.
                Files.Remove(name);
            }
            else if (Remove(path, hash) is { } uid)
            {
                Files.Remove(name);
                WriteList();
                _callbacks.Verbose($"Removed: {path}");
                yield return new GrafanaPublishResult(
                    GrafanaPublishKind.ProvisioningFile, $"{OwnFolder}/{name}", GrafanaPublishAction.Removed, uid, Path: path);
            }
        }
    }

    private string Database => _options.Database ?? "";
    private string Folder => _folder.PathOf(OwnFolder);
    /// <summary>The list of the dashboard files that this writer created, with hashes of their contents. Grafana reads only files that end in .json.</summary>
    private string ListPath => Path.Combine(Folder, ".written-by-tokendashboard");
    private SortedDictionary<string, string> Files => _files ??= ReadList();

    /// <summary>Removes a file that was not changed since it was written. Returns the dashboard's uid, or null if the file is kept.</summary>
    private string? Remove(string path, string hash)
    {
        try
        {
            string text = RegularFile.ReadText(path);
            if (Hash(text) != hash)
            {
                _callbacks.Warning($"'{path}' was not removed, because it was changed after it was written. If it is no longer needed, remove it manually.");
                return null;
            }
            string uid = DashboardDocument.Parse(text, path).Uid;
            if (!_callbacks.ShouldProcess($"File '{path}'", "Remove"))
                return null;
            File.Delete(path);
            return uid;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardWriteFailed, $"'{path}' could not be removed: {exception.Message} Check that this account can write to its folder.", exception, path);
        }
    }

    private IEnumerable<GrafanaPublishResult?> WriteFiles(string uid, string json)
    {
        if (!_described)
        {
            DataSourceSettings.PathWarnings(Database).ToList().ForEach(_callbacks.Warning);
            yield return _folder.Write($"datasources/{OwnName}.yaml", null, DataSource());
            yield return _folder.Write($"dashboards/{OwnName}.yaml", null, Provider());
            _described = true;
        }
        string name = NameOf(uid);
        GrafanaPublishResult? result = _folder.Write($"{OwnFolder}/{name}", uid, json);
        if (result is not null && (!Files.TryGetValue(name, out string? hash) || hash != Hash(json)))
        {
            Files[name] = Hash(json);
            if (result.Action != GrafanaPublishAction.Unchanged || _callbacks.ShouldProcess($"File '{ListPath}'", "Update"))
                WriteList();
        }
        yield return result;
    }

    private void WriteList() => AtomicFile.WriteBelow(_options.Path, ListPath, string.Concat(Files.Select(file => $"{file.Value}  {file.Key}\n")));

    /// <summary>Reads the list of files, in the format of sha256sum. An entry that is not a plain file name is invalid.</summary>
    private SortedDictionary<string, string> ReadList()
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        try
        {
            foreach (string line in File.Exists(ListPath) ? RegularFile.ReadText(ListPath).Split('\n') : [])
            {
                if (line.Split("  ", 2) is [{ Length: 64 } hash, { Length: > 0 } name] && name.EndsWith(".json", StringComparison.Ordinal) && name == Path.GetFileName(name))
                    files[name] = hash;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardWriteFailed,
                $"'{ListPath}', which lists the written dashboard files, could not be read: {exception.Message} Remove it. It is created again with the files.",
                exception, ListPath);
        }
        return files;
    }

    private static string NameOf(string uid) => $"{FileName.Of(uid)}.json";

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))).ToLowerInvariant();

    private string DataSource()
    {
        var item = new Dictionary<string, object>
        {
            ["name"] = ProvisioningFolder.Literal(_dataSource.Name), ["uid"] = _dataSource.Uid, ["type"] = _dataSource.Plugin.Id,
            ["access"] = "proxy", ["orgId"] = _options.OrgId, ["isDefault"] = false, ["editable"] = false,
            ["jsonData"] = DataSourceSettings.Of(Database).ToDictionary(
                setting => setting.Key, setting => setting.Value.AsString() is { } text ? ProvisioningFolder.Literal(text) : setting.Value!.GetValue<object>()),
        };
        // Files contain no password. Grafana reads it from its environment.
        if (_dataSource.Plugin == DataSourcePlugin.ClickHouse)
            item["secureJsonData"] = new Dictionary<string, object> { ["password"] = "$CLICKHOUSE_PASSWORD" };
        return Document("datasources", item);
    }

    private string Provider() => Document("providers", new Dictionary<string, object>
    {
        ["name"] = OwnName, ["orgId"] = _options.OrgId,
        ["folder"] = _options.Folder is { } title && !FolderPlace.IsRoot(title) ? ProvisioningFolder.Literal(title) : "",
        ["folderUid"] = _options.FolderUid ?? "", ["type"] = "file", ["disableDeletion"] = false, ["updateIntervalSeconds"] = 30, ["allowUiUpdates"] = false,
        ["options"] = new Dictionary<string, object>
        {
            ["path"] = ProvisioningFolder.Literal(_options.GrafanaPath is { } seen ? $"{seen.TrimEnd('/', '\\')}/{OwnFolder}" : Folder),
        },
    });

    private static string Document(string list, Dictionary<string, object> item) =>
        ProvisioningFolder.Header + Yaml.Serialize(new Dictionary<string, object> { ["apiVersion"] = 1, [list] = new[] { item } });
}
