using TokenDashboard.Grafana.Parsing;
using static TokenDashboard.FindingSeverity;

namespace TokenDashboard.Grafana.Rules;

/// <summary>The rules for dashboards. Those that end in "-rule", and uneditable-dashboard, have the names of rules in Grafana's dashboard-linter.</summary>
internal static class DashboardRules
{
    private static readonly List<DashboardRule> Rules = [];

    internal static readonly DashboardRule DataSourceVariable = Add(
        "template-datasource-rule", Warning, "There is no data source variable, or it has an unusual name or label.",
        "Add a variable of type datasource with the name 'datasource' and the label 'Data source', so that the dashboard works on every server.");
    internal static readonly DashboardRule ReloadOnTimeChange = Add(
        "template-on-time-change-reload-rule", Warning, "A query variable is not refreshed when the time range changes.",
        "Set its refresh to 2 (on time range change).");
    internal static readonly DashboardRule HardCodedDataSource = Add(
        "panel-datasource-rule", Warning, "A panel, variable or annotation refers to a data source by its uid.",
        "Use the data source variable: \"uid\": \"${datasource}\", with the plugin as its type.");
    internal static readonly DashboardRule TitleAndDescription = Add(
        "panel-title-description-rule", Warning, "A panel has no title or no description.", "Add them to explain what the panel shows.");
    internal static readonly DashboardRule Unit = Add(
        "panel-units-rule", Warning, "A panel with numbers has no unit, or a unit that Grafana does not support.",
        "Set fieldConfig.defaults.unit: 'none' or 'short' for plain numbers, 'suffix: x' for a custom unit.");
    internal static readonly DashboardRule NoTargets = Add(
        "panel-no-targets-rule", Warning, "A panel has no query.", "Add a query, or remove the panel.");
    internal static readonly DashboardRule Editable = Add(
        "uneditable-dashboard", Information, "The dashboard can be edited in Grafana.",
        "Set editable to false if the dashboard comes from files or scripts, which would undo edits.");
    internal static readonly DashboardRule TimeRange = Add(
        "time-range", Error, "The dashboard's time range is invalid, or ends before it begins.",
        "Set time.from and time.to in Grafana's format, such as now-7d and now.");
    internal static readonly DashboardRule OldForm = Add(
        "panels-not-read", Error, "Panels are in the format that Grafana used before version 5, or in a row within a row. They were not checked.",
        "Open the dashboard in Grafana and save it, or put the panels into the list 'panels'.");
    internal static readonly DashboardRule QueryTextMissing = Add(
        "query-text-missing", Error, "A query has no rawQueryText, so the browser sends no SQL.", "Put the SQL in rawQueryText and in queryText, for ClickHouse in rawSql.");
    internal static readonly DashboardRule QueryTooLong = Add(
        "query-too-long", Error, "A query, without or with its variables, has more than 1,048,576 characters. It was neither checked nor run.",
        "Shorten the query. A variable that refers to others multiplies their lengths.");
    internal static readonly DashboardRule QueryTextsDiffer = Add(
        "query-texts-differ", Warning, "The two texts of a query differ, or queryText is missing.",
        "Make rawQueryText and queryText equal: dashboards run the first, alerts and public dashboards the second.");
    internal static readonly DashboardRule QueryType = Add(
        "query-type-unknown", Warning, "A query's type is neither 'table' nor 'time series'.",
        "Set queryType to one of them. Grafana runs any other type as a table.");
    internal static readonly DashboardRule TimeColumnMissing = Add(
        "time-column-missing", Error, "A time series query selects none of its time columns.",
        "In timeColumns, list a column that the query selects, with the same upper and lower case. In ClickHouse, return a column of a time type.");
    internal static readonly DashboardRule MacroUnknown = Add(
        "macro-unknown", Error, "A query uses a macro that the plugin does not have.",
        "For SQLite, use $__from / 1000 and $__to / 1000; the plugin's only macro is $__unixEpochGroupSeconds(column, seconds). For ClickHouse, use $__fromTime and $__toTime.");
    internal static readonly DashboardRule MacroArguments = Add(
        "macro-arguments", Error, "The plugin does not accept the arguments of a macro.",
        "For $__unixEpochGroupSeconds, use a column without parentheses or commas, a whole number of seconds, and optionally NULL to fill gaps. For ClickHouse, "
            + "use the number of arguments in the message.");
    internal static readonly DashboardRule VariableFormat = Add(
        "variable-format", Error, "A variable with several values is used in SQL without a format.",
        "Write IN (${name:sqlstring}), or ${name:csv} for numbers.");
    internal static readonly DashboardRule VariableQuotes = Add(
        "variable-quotes", Warning, "A quote in the value of a variable would break the query.", "Write ${name:sqlstring} without quotes around it.");
    internal static readonly DashboardRule NoTimeFilter = Add(
        "time-filter-missing", Warning, "A query does not depend on the time range.",
        "Add a condition on $__from / 1000 and $__to / 1000 (seconds), in ClickHouse on $__fromTime and $__toTime. Without it, every refresh reads the whole table.");
    internal static readonly DashboardRule RowsCounted = Add(
        "rows-counted", Warning, "A query counts or averages aggregated rows, each of which can contain many requests.",
        "Write SUM(requests) for the number of requests, and 1.0 * SUM(duration_ms) / SUM(timed_requests) for a mean.");
    internal static readonly DashboardRule VariableUndefined = Add(
        "variable-undefined", Error, "A variable is used but not defined.", "Define it in templating, or correct the name.");
    internal static readonly DashboardRule VariableUnused = Add(
        "variable-unused", Warning, "A variable is defined but not used.", "Use it or remove it.");
    internal static readonly DashboardRule RepeatUnused = Add(
        "repeat-unused", Warning, "A panel or row is repeated for the values of a variable, but no query in it uses the variable, so all copies show the same.",
        "Add a condition such as WHERE user = ${user:sqlstring} to the query. In a variable, such as a relation, each copy has the values of the whole dashboard.");
    internal static readonly DashboardRule RepeatWithoutDirection = Add(
        "repeat-direction", Warning, "A panel is repeated without a direction.",
        "Set repeatDirection to h or v. Without it, Grafana 13 gives all copies together the width of one panel.");
    internal static readonly DashboardRule DuplicateId = Add(
        "panel-id-duplicate", Error, "Two panels have the same number.", "Use a different id for each panel and row.");
    internal static readonly DashboardRule Overlap = Add(
        "panel-overlap", Warning, "Panels overlap.", "Use different positions in gridPos. Otherwise, Grafana moves one of the panels.");
    internal static readonly DashboardRule OutsideGrid = Add(
        "panel-outside-grid", Error, "A panel is outside the grid of 24 columns.",
        "Set gridPos so that x and y are 0 or more, w and h 1 or more, and x + w at most 24.");
    internal static readonly DashboardRule HiddenByRow = Add(
        "row-panels-hidden", Error, "An open row has panels inside it.",
        "Put the panels of an open row after it in the dashboard's list. Only a closed row (collapsed) contains its panels.");
    internal static readonly DashboardRule LinkUnknown = Add(
        "link-unknown", Warning, "A link leads to a dashboard that is not among the tested dashboards.", "Correct the uid, or test both dashboards together.");
    internal static readonly DashboardRule RowsHidden = Add(
        "rows-hidden", Error, "A panel shows one value of a query that returns several rows.",
        "Set options.reduceOptions.values to true. Otherwise, each column is reduced to one value.");
    internal static readonly DashboardRule GaugeMaximum = Add(
        "gauge-maximum", Warning, "A gauge has no maximum, or its maximum is not above its minimum.", "Set fieldConfig.defaults.max. Without it, the gauge compares the value with itself.");
    internal static readonly DashboardRule TableFooter = Add(
        "table-footer", Warning, "Grafana does not support the format of a table's footer.",
        "Set options.footer with a list of columns in 'fields', which Grafana 9 to 13 read.");
    internal static readonly DashboardRule TransformationUnknown = Add(
        "transformation-unknown", Error, "A panel has a transformation that Grafana 9 to 13 do not support.", "Correct its id. Otherwise, the panel shows an error and no data.");
    internal static readonly DashboardRule ColumnCast = Add(
        "column-cast", Warning, "A computed column has no CAST.",
        "Write CAST(… AS REAL), or AS INTEGER for counts. The plugin derives a column's type from its first value, and truncates fractions after a whole number.");
    internal static readonly DashboardRule OtherSource = Add(
        "other-data-source", Information, "A panel uses another data source.", "It was not checked. Only queries of the plugins for SQLite and ClickHouse are checked.");
    internal static readonly DashboardRule LibraryPanel = Add(
        "library-panel", Information, "A panel is in Grafana's library, not in the dashboard.",
        "It was not checked. Unlink it in Grafana to include it in the dashboard.");
    internal static readonly DashboardRule LibraryPanelsCarried = Add(
        "library-panels-carried", Warning, "The dashboard contains library panels, as Grafana's export for sharing does.",
        "Only Grafana's import page unpacks them, and Publish-GrafanaDashboard rejects them. Unlink the panels in Grafana before exporting.");
    internal static readonly DashboardRule PathBlocked = Add(
        "database-path", Warning, "The plugin rejects the path of the database.", "Rename the file or folder before Grafana reads it.");
    internal static readonly DashboardRule QueryFailed = Add("query-failed", Error, "The database or the plugin rejected the query.", "Correct the query.");
    internal static readonly DashboardRule QueryStopped = Add(
        "query-stopped", Error, "A query was stopped at a limit of time, memory or size. Grafana would not stop it.",
        "Make the query cheaper, or increase -QueryTimeoutSec.");
    internal static readonly DashboardRule QueryNotRun = Add(
        "query-not-run", Error, "A query contains a statement that Grafana runs, but this command does not: a PRAGMA that changes something, a "
            + "transaction, a temporary table, or, in ClickHouse, anything but a single query.",
        "Use only SELECT, with common table expressions instead of temporary tables.");
    internal static readonly DashboardRule QueryNotEmulated = Add(
        "query-not-emulated", Information, "A query uses a macro of the plugin that this command does not support. It was not run.", "Check the panel in Grafana.");
    internal static readonly DashboardRule QueryVariableFailed = Add(
        "query-variable-failed", Information, "A query uses a variable that has no value because its query failed. It was not run.", "Correct the query of the variable.");
    internal static readonly DashboardRule VariableShape = Add(
        "variable-query-shape", Error, "A variable's query returns columns that Grafana cannot use.",
        "Select one column, or two named __text and __value. In ClickHouse, the names are ignored. Select the value first, then the text.");
    internal static readonly DashboardRule NoRows = Add(
        "query-no-rows", Information, "The query returned no rows.",
        "If rows are expected, try another time range with -Since and -Until, or other values with -Variable.");
    internal static readonly DashboardRule TooManyRows = Add(
        "query-too-many-rows", Warning, "The query returned too many rows for a browser.", "Aggregate in SQL, or add a LIMIT.");
    internal static readonly DashboardRule TimeLost = Add(
        "query-time-lost", Error, "A time is NULL, or text that the plugin cannot read.",
        "Return seconds since 1970, or text such as 2026-01-02T03:04:05Z. Replace the space with T and append Z. Wrap columns declared as DATETIME in an expression.");
    internal static readonly DashboardRule NoBars = Add(
        "query-no-bars", Error, "A bar chart has no column for its categories, or no number column.",
        "Return a text column, which is named in options.xField or comes first, and a number column.");
    internal static readonly DashboardRule TimeUnit = Add(
        "query-time-unit", Error, "Times are thousands of years in the future.",
        "Divide milliseconds by 1000.0. The plugin for SQLite reads numbers as seconds.");
    internal static readonly DashboardRule NotAscending = Add(
        "query-not-ascending", Warning, "The rows of a time series panel are not in ascending order of time.",
        "Add ORDER BY with the time column first.");
    internal static readonly DashboardRule PointRepeated = Add(
        "query-point-repeated", Warning, "A series has two values for the same time.",
        "Group by time, and by the labels that the query returns. With labels, only the last value is shown.");
    internal static readonly DashboardRule ValueTruncated = Add(
        "query-value-truncated", Error, "The plugin truncated the fractions of a column whose first value is a whole number.",
        "Write CAST(… AS REAL) around the column.");
    internal static readonly DashboardRule ValueLost = Add(
        "query-value-lost", Error, "The plugin dropped text from a column whose first value is a number.",
        "Write CAST(… AS TEXT) around the column.");
    internal static readonly DashboardRule OverrideUnused = Add(
        "override-unused", Warning, "An override refers to a missing column or query, or its pattern is invalid.",
        "Correct it in fieldConfig.overrides, or the name of the column in the query. Otherwise, the override has no effect.");

    /// <summary>All rules, in the order of the documentation.</summary>
    public static IReadOnlyList<DashboardRule> All => Rules;

    /// <summary>Checks a dashboard against the rules that need no database. Its links can lead to dashboards with the given uids.</summary>
    internal static IEnumerable<DashboardFinding> Check(ReadDashboard dashboard, IReadOnlyCollection<string> uids) =>
    [
        .. SettingRules.Check(dashboard), .. PanelRules.Check(dashboard), .. LayoutRules.Check(dashboard), .. QueryRules.Check(dashboard),
        .. VariableRules.Check(dashboard), .. PanelRules.CheckDisplay(dashboard), .. SettingRules.CheckLinks(dashboard, uids),
    ];

    private static DashboardRule Add(string id, FindingSeverity severity, string breach, string advice)
    {
        var rule = new DashboardRule(id, severity, breach, advice);
        Rules.Add(rule);
        return rule;
    }
}
