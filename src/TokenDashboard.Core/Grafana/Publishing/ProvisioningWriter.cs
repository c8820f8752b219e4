using System.Security.Cryptography;
using System.Text;
using TokenDashboard.Grafana.Api;
using TokenDashboard.Grafana.DataSources;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Results;
using YamlDotNet.Serialization;

namespace TokenDashboard.Grafana.Publishing;

/// <summary>Writes the files from which Grafana itself makes the data source and the dashboards when it starts, and follows their changes.</summary>
public sealed class ProvisioningWriter
{
    private const string OwnName = "tokendashboard";
    private const string ListName = ".written-by-tokendashboard";

    private static readonly ISerializer Yaml =
        new SerializerBuilder().WithQuotingNecessaryStrings().WithIndentedSequences().WithNewLine("\n").Build();

    private readonly ProvisioningOptions _options;
    private readonly PublishCallbacks _callbacks;
    private readonly DataSourceReferences? _references;
    private readonly HashSet<string> _seen = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _titles = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _written = new(StringComparer.OrdinalIgnoreCase);
    private SortedDictionary<string, string>? _files;
    private bool _described;

    /// <summary>Prepares for a folder without touching it.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.GrafanaFolderConflict"/>: a folder in a folder, which file provisioning cannot make.
    /// <see cref="ErrorCode.GrafanaDataSourceMissing"/>: something else than a uid takes the place of a data source.
    /// </exception>
    public ProvisioningWriter(ProvisioningOptions options, PublishCallbacks callbacks)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(callbacks);
        if (options.Folder?.Contains('/', StringComparison.Ordinal) == true)
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaFolderConflict,
                $"File provisioning makes no folders in folders, so '{options.Folder}' must be one title without a slash.",
                target: options.Folder);
        }
        _references = options.DataSources is { } map ? DataSourceReferences.AsGiven(map) : null;
        _options = _references?.One is { } one ? options with { DataSourceUid = one.Uid } : options;
        _callbacks = callbacks;
    }

    /// <summary>Warns of data sources that were to be replaced and stood in no dashboard. Call it after the last one.</summary>
    public void Finish() => _references?.WarnOfUnmatched(_callbacks.Warning);

    /// <summary>
    /// Writes a dashboard's file, and before the first one the files that name the data source and the folder. Files that hold the
    /// right text already stay untouched.
    /// </summary>
    /// <returns>One result for each file; none for a file whose writing was declined.</returns>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.DashboardInvalid"/>, also for a title that another dashboard of this run has, or <see cref="ErrorCode.DashboardWriteFailed"/>.
    /// </exception>
    public IEnumerable<GrafanaPublishResult> Write(DashboardDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        string uid = DashboardBinding.RequireUid(document, _seen);
        if (!_titles.TryAdd(document.Title.Trim(), uid) && _titles[document.Title.Trim()] is var other && other != uid)
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardInvalid,
                $"The dashboards '{other}' and '{uid}' both have the title '{document.Title}'. Grafana stops reading a provisioned folder in which a title "
                    + $"stands twice, so '{uid}' was not written. Give it another title.",
                target: document.Title);
        }
        var dataSource = new DataSourceIdentity(_options.DataSourceUid, _options.DataSourceName);
        return WriteFiles(uid, DashboardDocument.FromObject(DashboardBinding.Bind(document, dataSource, _references)).Json).OfType<GrafanaPublishResult>();
    }

    /// <summary>
    /// Warns of titles that stand twice in the folder, of which files of earlier runs may be one. Call it last.
    /// </summary>
    public void WarnOfSameTitles()
    {
        foreach (IGrouping<string, (string Title, string File)> same in (Directory.Exists(Folder) ? Directory.GetFiles(Folder, "*.json") : [])
            .Order(StringComparer.Ordinal).Select(path => (Title: TitleOf(path), File: Path.GetFileName(path))).Where(file => file.Title.Length > 0)
            .GroupBy(file => file.Title, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            _callbacks.Warning(
                $"The files {string.Join(", ", same.Select(file => $"'{file.File}'"))} in '{Folder}' have one title, '{same.Key}'. Grafana stops reading a provisioned "
                    + "folder in which a title stands twice. Remove the file that is no longer wanted, with -Prune if it is of an earlier run, or give one another title.");
        }
    }

    private static string TitleOf(string path)
    {
        try
        {
            return DashboardDocument.Parse(RegularFile.ReadText(path), path).Title.Trim();
        }
        catch (Exception exception) when (exception is TokenDashboardException or IOException or UnauthorizedAccessException)
        {
            // What is no dashboard has no title either.
            return "";
        }
    }

    /// <summary>
    /// Removes the dashboard files an earlier run wrote, which <see cref="Write"/> was not called for and nobody changed since. Grafana then
    /// removes those dashboards.
    /// </summary>
    /// <returns>One result for each file that was removed.</returns>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardWriteFailed"/>.</exception>
    public IEnumerable<GrafanaPublishResult> Prune()
    {
        foreach ((string name, string hash) in Files.ToList())
        {
            string path = Path.Combine(Folder, name);
            if (_written.Contains(name))
            {
                continue;
            }
            string uid;
            try
            {
                if (!File.Exists(path))
                {
                    // Whoever removed it; the list is written without it when it is written again.
                    Files.Remove(name);
                    continue;
                }
                string text = RegularFile.ReadText(path);
                if (Hash(text) != hash)
                {
                    _callbacks.Warning($"'{path}' was not removed, because it was changed since it was written. Remove it yourself if it is no longer wanted.");
                    continue;
                }
                uid = DashboardDocument.Parse(text, path).Uid;
                if (!_callbacks.ShouldProcess($"File '{path}'", "Remove"))
                {
                    continue;
                }
                File.Delete(path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new TokenDashboardException(
                    ErrorCode.DashboardWriteFailed, $"'{path}' could not be removed: {exception.Message} Check that this account may write to its folder.", exception, path);
            }
            Forget(name);
            _callbacks.Verbose($"Removed: {path}");
            yield return new GrafanaPublishResult
            {
                Kind = GrafanaPublishKind.ProvisioningFile,
                Name = $"dashboards/{OwnName}/{name}",
                Action = GrafanaPublishAction.Removed,
                Uid = uid,
                Path = path,
            };
        }
    }

    private string Folder => Path.GetFullPath(Path.Combine(_options.Path, "dashboards", OwnName));

    /// <summary>Which dashboard files this writer made, and what it wrote into them. Grafana reads only files that end in .json.</summary>
    private string ListPath => Path.Combine(Folder, ListName);

    private SortedDictionary<string, string> Files => _files ??= ReadList();

    private IEnumerable<GrafanaPublishResult?> WriteFiles(string uid, string json)
    {
        if (!_described)
        {
            foreach (string warning in SqliteDataSource.PathWarnings(_options.Database))
            {
                _callbacks.Warning(warning);
            }
            yield return WriteFile($"datasources/{OwnName}.yaml", null, DataSource());
            yield return WriteFile($"dashboards/{OwnName}.yaml", null, Provider());
            _described = true;
        }
        string name = $"{FileName.Of(uid)}.json";
        _written.Add(name);
        GrafanaPublishResult? result = WriteFile($"dashboards/{OwnName}/{name}", uid, json);
        if (result is not null && (!Files.TryGetValue(name, out string? hash) || hash != Hash(json)))
        {
            Files[name] = Hash(json);
            if (result.Action != GrafanaPublishAction.Unchanged || _callbacks.ShouldProcess($"File '{ListPath}'", "Update"))
            {
                WriteList();
            }
        }
        yield return result;
    }

    private void Forget(string name)
    {
        Files.Remove(name);
        WriteList();
    }

    private void WriteList() => AtomicFile.WriteBelow(_options.Path, ListPath, string.Concat(Files.Select(file => $"{file.Value}  {file.Key}\n")));

    /// <summary>The list of files, as sha256sum writes it. A name in it that is more than a name was not written here.</summary>
    private SortedDictionary<string, string> ReadList()
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        try
        {
            foreach (string line in File.Exists(ListPath) ? RegularFile.ReadText(ListPath).Split('\n') : [])
            {
                if (line.Split("  ", 2) is [{ Length: 64 } hash, { Length: > 0 } name] && name.EndsWith(".json", StringComparison.Ordinal) && name == Path.GetFileName(name))
                {
                    files[name] = hash;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardWriteFailed,
                $"'{ListPath}', which lists the dashboard files written here, could not be read: {exception.Message} Remove it; files that are written again are listed again.",
                exception,
                ListPath);
        }
        return files;
    }

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))).ToLowerInvariant();

    private GrafanaPublishResult? WriteFile(string name, string? uid, string text)
    {
        string path = Path.GetFullPath(Path.Combine(_options.Path, name));
        GrafanaPublishAction action = !File.Exists(path) ? GrafanaPublishAction.Created
            : DashboardFile.Holds(path, text) ? GrafanaPublishAction.Unchanged
            : GrafanaPublishAction.Updated;
        if (action != GrafanaPublishAction.Unchanged)
        {
            if (!_callbacks.ShouldProcess($"File '{path}'", action == GrafanaPublishAction.Created ? "Create" : "Update"))
            {
                return null;
            }
            AtomicFile.WriteBelow(_options.Path, path, text);
        }
        _callbacks.Verbose($"{action}: {path}");
        return new GrafanaPublishResult { Kind = GrafanaPublishKind.ProvisioningFile, Name = name, Action = action, Uid = uid, Path = path };
    }

    private string DataSource() => Document(new Dictionary<string, object>
    {
        ["apiVersion"] = 1,
        ["datasources"] = new[]
        {
            new Dictionary<string, object>
            {
                ["name"] = Literal(_options.DataSourceName),
                ["uid"] = _options.DataSourceUid,
                ["type"] = SqliteDataSource.PluginId,
                ["access"] = "proxy",
                ["orgId"] = _options.OrgId,
                ["isDefault"] = false,
                ["editable"] = false,
                ["jsonData"] = SqliteDataSource.Settings(_options.Database)
                    .ToDictionary(setting => setting.Key, setting => setting.Value is string text ? Literal(text) : setting.Value),
            },
        },
    });

    private string Provider()
    {
        string folder = _options.GrafanaPath is { } seen
            ? $"{seen.TrimEnd('/', '\\')}/dashboards/{OwnName}"
            : Path.GetFullPath(Path.Combine(_options.Path, "dashboards", OwnName));
        return Document(new Dictionary<string, object>
        {
            ["apiVersion"] = 1,
            ["providers"] = new[]
            {
                new Dictionary<string, object>
                {
                    ["name"] = OwnName,
                    ["orgId"] = _options.OrgId,
                    ["folder"] = _options.Folder is { } title && !FolderPlace.IsRoot(title) ? Literal(title) : "",
                    ["folderUid"] = _options.FolderUid ?? "",
                    ["type"] = "file",
                    ["disableDeletion"] = false,
                    ["updateIntervalSeconds"] = 30,
                    ["allowUiUpdates"] = false,
                    ["options"] = new Dictionary<string, object> { ["path"] = Literal(folder) },
                },
            },
        });
    }

    private static string Document(Dictionary<string, object> content) =>
        "# Written by Publish-GrafanaDashboard. Changes made here are overwritten by its next run.\n" + Yaml.Serialize(content);

    /// <summary>Grafana replaces $NAME in provisioning files by environment variables; two dollar signs are one.</summary>
    private static string Literal(string text) => text.Replace("$", "$$", StringComparison.Ordinal);
}
