using TokenDashboard.Grafana.DataSources;

namespace TokenDashboard.Completion;

/// <summary>
/// Offers the data sources, dashboards, folders and tags of the server. Without a connection,
/// nothing is offered, not even file names.
/// </summary>
public sealed class ServerCompleter() : Completer(Values)
{
    /// <summary>A longer wait would block the prompt.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    internal static IEnumerable<(string Text, string ToolTip)> Values(string parameterName, IDictionary boundParameters)
    {
        _ = LanguagePrimitives.TryConvertTo(boundParameters["Connection"], out ConnectionReference? named);
        if ((named?.Resolve() ?? SessionConnections.Current.Default) is not { } known)
            return [];
        GrafanaConnection connection = known with { Timeout = Patience };
        var silent = new PublishCallbacks((_, _) => false, _ => { }, _ => { }, _ => { });
        if (parameterName.StartsWith("DataSource", StringComparison.Ordinal))
        {
            using var service = new GrafanaDataSourceService(connection, silent, CancellationToken.None);
            return [.. service.List().Select(source =>
                    parameterName == "DataSourceUid" ? (source.Uid ?? "", $"{source.Name}, {source.Type}") : (source.Name ?? "", $"{source.Type}, uid {source.Uid}"))
                .Where(source => source.Item1.Length > 0).DistinctBy(source => source.Item1)];
        }
        using var exporter = new GrafanaExporter(connection, silent, CancellationToken.None);
        return parameterName switch
        {
            "Folder" => [.. exporter.FolderTitles().OrderBy(folder => folder.Title, StringComparer.OrdinalIgnoreCase).Select(folder => (folder.Title, folder.Uid))],
            "FolderUid" => [.. exporter.FolderTitles().Select(folder => (folder.Uid, folder.Title))],
            "Tag" => [.. exporter.Tags().OrderByDescending(tag => tag.Value).Select(tag => (tag.Key, string.Create(CultureInfo.CurrentCulture, $"{tag.Value} dashboards")))],
            "Title" => [.. exporter.Dashboards().Values.Order(StringComparer.OrdinalIgnoreCase).Select(title => (title, title))],
            _ => [.. exporter.Dashboards().OrderBy(dashboard => dashboard.Key, StringComparer.OrdinalIgnoreCase).Select(dashboard => (dashboard.Key, dashboard.Value))],
        };
    }
}

/// <summary>Offers the uids of the server's data sources.</summary>
public sealed class DataSourceUidCompleter() : Completer((_, bound) => ServerCompleter.Values("DataSourceUid", bound));
