using TokenDashboard.Grafana.Alerting;
using TokenDashboard.Grafana.Alerting.Rules;

namespace TokenDashboard.Commands;

/// <summary>The base class of commands for dashboards and alert rules. An item that cannot be read is one error record.</summary>
public abstract class DashboardCmdlet : TokenCmdlet
{
    private protected const string ObjectSet = "Object";
    private protected const string PathSet = "Path";

    private protected PublishCallbacks Callbacks =>
        new((target, action) => ShouldProcess(target, action), WriteVerbose, WriteWarning, WriteDebug) { IsNew = SessionWarnings.Add };

    /// <summary>Processes the specified dashboards, or all dashboards of this module for a database.</summary>
    private protected void EachDashboard(DashboardDocument? input, string[] paths, string? reads, Action<DashboardDocument> work)
    {
        if (input is not null)
        {
            Guard(() => work(input));
        }
        else if (paths.Length == 0 && !MyInvocation.ExpectingInput)
        {
            foreach (string name in DashboardCatalog.Names)
                Guard(() => work(DashboardCatalog.Create(name, plugin: DataSourcePlugin.Of(null, reads))));
        }
        EachFile(paths, ErrorCode.DashboardNotFound, file => work(ReadDashboard(file)));
    }

    private protected static DashboardDocument ReadDashboard(string file) => DashboardDocument.Parse(DefinitionInput.ReadText(file, ErrorCode.DashboardInvalid), file);

    /// <summary>Processes alert rules: hash tables, objects, or paths of JSON files.</summary>
    private protected void EachRule(PSObject[] inputs, Action<AlertRule> work)
    {
        void EachOf(string file)
        {
            foreach (IReadOnlyDictionary<string, object?> fields in AlertRuleReader.Parse(DefinitionInput.ReadText(file, ErrorCode.AlertRuleInvalid), file))
                Guard(() => work(AlertRuleReader.Read(fields, file)));
        }

        foreach (PSObject input in inputs)
        {
            if (DefinitionInput.PathOf(input) is { } path)
                EachFile([path], ErrorCode.AlertRuleNotFound, EachOf);
            else
                Guard(() => work(AlertRuleReader.Read(DefinitionInput.Fields(input), "")));
        }
    }

    /// <summary>The data sources of dashboards: a map, or one uid for all references.</summary>
    private protected static DataSourceMap? Sources(DataSourceMap? map, string? uid) => map?.One is not null && uid is not null
        ? throw new TokenDashboardException(ErrorCode.GrafanaDataSourceConflict, "Use -DataSource or -DataSourceUid, not both.")
        : map;

    /// <summary>Writes a result, if there is one.</summary>
    private protected void WriteAny(object? result)
    {
        if (result is not null)
            WriteObject(result);
    }

    /// <summary>Writes results one by one. If PowerShell enumerated them, it would wrap an exception thrown between two results.</summary>
    private protected void WriteAll(IEnumerable<GrafanaPublishResult> results)
    {
        foreach (GrafanaPublishResult result in results)
            WriteObject(result);
    }

    private protected sealed override bool IsTerminating(TokenDashboardException exception) =>
        exception.Code is not (ErrorCode.DashboardInvalid or ErrorCode.DashboardNotFound or ErrorCode.AlertRuleInvalid or ErrorCode.AlertRuleNotFound)
        && EndsCommand(exception);

    /// <summary>Whether a failure that is not specific to one input ends the command.</summary>
    private protected virtual bool EndsCommand(TokenDashboardException exception) => true;
}
