using static TokenDashboard.Grafana.Rules.FindingSeverity;

namespace TokenDashboard.Grafana.Rules;

/// <summary>The rules dashboards are held to. Those that end in "-rule", and uneditable-dashboard, are named as in Grafana's dashboard-linter.</summary>
public static class DashboardRules
{
    internal static readonly DashboardRule DataSourceVariable = new(
        "template-datasource-rule", Warning, "There is no data source variable, or it has an unusual name or label.",
        "Add a variable of type datasource with the name 'datasource' and the label 'Data source', so that the dashboard works on every server.");

    internal static readonly DashboardRule ReloadOnTimeChange = new(
        "template-on-time-change-reload-rule", Warning, "A query variable does not follow the time range.",
        "Set its refresh to 2 (on time range change).");

    internal static readonly DashboardRule HardCodedDataSource = new(
        "panel-datasource-rule", Warning, "A panel, variable or annotation names a data source by its uid.",
        "Name it by the data source variable: {\"type\": \"frser-sqlite-datasource\", \"uid\": \"${datasource}\"}.");

    internal static readonly DashboardRule TitleAndDescription = new(
        "panel-title-description-rule", Warning, "A panel has no title or no description.",
        "Say what it shows, so that readers do not guess.");

    internal static readonly DashboardRule Unit = new(
        "panel-units-rule", Warning, "A panel with numbers has no unit, or one that Grafana does not know.",
        "Set fieldConfig.defaults.unit, 'none' or 'short' for plain numbers, 'suffix: x' for a unit of one's own.");

    internal static readonly DashboardRule NoTargets = new(
        "panel-no-targets-rule", Warning, "A panel has no query.",
        "Give it one or remove it.");

    internal static readonly DashboardRule Editable = new(
        "uneditable-dashboard", Information, "The dashboard can be edited in Grafana.",
        "Set editable to false where the dashboard comes from files or scripts, which would undo edits.");

    internal static readonly DashboardRule TimeRange = new(
        "time-range", Error, "The dashboard's time range cannot be read, or ends before it begins.",
        "Set time.from and time.to as Grafana writes them, such as now-7d and now.");

    internal static readonly DashboardRule OldForm = new(
        "panels-not-read", Error, "Panels stand where Grafana has not written them since version 5, or in a row within a row; they were not looked at.",
        "Open the dashboard in Grafana and save it, or put the panels into the list 'panels'.");

    internal static readonly DashboardRule QueryTextMissing = new(
        "query-text-missing", Error, "A query has no rawQueryText, so the browser sends no SQL.",
        "Put the SQL in rawQueryText and in queryText.");

    internal static readonly DashboardRule QueryTextsDiffer = new(
        "query-texts-differ", Warning, "A query's two texts differ, or it has no queryText.",
        "Make rawQueryText and queryText equal: dashboards run the first, alerts and public dashboards the second.");

    internal static readonly DashboardRule QueryType = new(
        "query-type-unknown", Warning, "A query's type is neither 'table' nor 'time series'.",
        "Set queryType to one of them; everything else is run as a table.");

    internal static readonly DashboardRule TimeColumnMissing = new(
        "time-column-missing", Error, "A time series query selects none of its time columns.",
        "List in timeColumns a column the query selects, in the same upper and lower case.");

    internal static readonly DashboardRule MacroUnknown = new(
        "macro-unknown", Error, "A query uses a macro the SQLite plugin does not have.",
        "Use $__from / 1000 and $__to / 1000; the plugin's only macro is $__unixEpochGroupSeconds(column, seconds).");

    internal static readonly DashboardRule MacroArguments = new(
        "macro-arguments", Error, "The arguments of $__unixEpochGroupSeconds are not ones the plugin reads.",
        "Give a column without brackets or commas, a whole number of seconds, and for filled gaps NULL.");

    internal static readonly DashboardRule VariableFormat = new(
        "variable-format", Error, "A variable of several values stands in SQL without a format.",
        "Write IN (${name:sqlstring}), or ${name:csv} for numbers.");

    internal static readonly DashboardRule VariableQuotes = new(
        "variable-quotes", Warning, "A variable's text is quoted in a way that a quote in the text breaks.",
        "Write ${name:sqlstring} without quotes around it.");

    internal static readonly DashboardRule NoTimeFilter = new(
        "time-filter-missing", Warning, "A query does not follow the time range.",
        "Add a condition on $__from / 1000 and $__to / 1000 (seconds); without it every refresh reads the whole table.");

    internal static readonly DashboardRule DuplicateId = new(
        "panel-id-duplicate", Error, "Two panels have the same number.",
        "Give each panel and row its own id.");

    internal static readonly DashboardRule Overlap = new(
        "panel-overlap", Warning, "Panels cover one another.",
        "Give each its own place in gridPos; Grafana moves one of them.");

    internal static readonly DashboardRule OutsideGrid = new(
        "panel-outside-grid", Error, "A panel has no place in the grid of 24 columns.",
        "Set gridPos so that x and y are 0 or more, w and h 1 or more, and x + w at most 24.");

    internal static readonly DashboardRule HiddenByRow = new(
        "row-panels-hidden", Error, "An open row has panels inside it.",
        "Put the panels of an open row behind it in the dashboard's list; only a closed row (collapsed) holds its panels.");

    internal static readonly DashboardRule LinkUnknown = new(
        "link-unknown", Warning, "A link leads to a dashboard that is not among those given.",
        "Correct the uid, or test the dashboard it leads to along with this one.");

    internal static readonly DashboardRule VariableUndefined = new(
        "variable-undefined", Error, "A variable is used and not defined.",
        "Define it under templating, or correct the name.");

    internal static readonly DashboardRule VariableUnused = new(
        "variable-unused", Warning, "A variable is defined and not used.",
        "Use it or remove it.");

    internal static readonly DashboardRule RowsHidden = new(
        "rows-hidden", Error, "A panel shows one value of a query that gives a row for each.",
        "Set options.reduceOptions.values to true; otherwise each column is reduced to one value.");

    internal static readonly DashboardRule GaugeMaximum = new(
        "gauge-maximum", Warning, "A gauge has no maximum.",
        "Set fieldConfig.defaults.max; without it the arc compares the value with itself.");

    internal static readonly DashboardRule TableFooter = new(
        "table-footer", Warning, "A table's footer is not where or what Grafana reads.",
        "Set options.footer with a list of columns in 'fields', which Grafana 9 to 13 all read.");

    internal static readonly DashboardRule ColumnCast = new(
        "column-cast", Warning, "A computed column has no CAST.",
        "Write CAST(… AS REAL), AS INTEGER for counts: the plugin takes a column's type from its first value and cuts fractions off after a whole number.");

    internal static readonly DashboardRule PathBlocked = new(
        "database-path", Warning, "The plugin would not open a database of that path.",
        "Rename it before a Grafana server is to read it from there.");

    internal static readonly DashboardRule QueryFailed = new(
        "query-failed", Error, "SQLite or the plugin refused the query.",
        "Correct the query.");

    internal static readonly DashboardRule QueryStopped = new(
        "query-stopped", Error, "A query was stopped here at a limit of time, memory or size; Grafana would run it on.",
        "Make it cheaper. Test-GrafanaDashboard gives a query more time with -QueryTimeoutSec.");

    internal static readonly DashboardRule QueryNotRun = new(
        "query-not-run", Error, "A query holds a statement that the plugin would run and that is not run here: a PRAGMA that changes something, a transaction, a temporary table.",
        "Ask with SELECT alone, with common table expressions in place of temporary tables.");

    internal static readonly DashboardRule QueryTooLong = new(
        "query-too-long", Error, "A query, or what its variables make of it, has more than 1,048,576 characters; it was neither looked at nor run.",
        "Shorten it; a variable that refers to others multiplies them.");

    internal static readonly DashboardRule NoRows = new(
        "query-no-rows", Information, "The query gave no rows.",
        "Try another range with -Since and -Until, or other values with -Variable, if there should be some.");

    internal static readonly DashboardRule TooManyRows = new(
        "query-too-many-rows", Warning, "The query gave more rows than a browser should be sent.",
        "Aggregate in SQL, or add a LIMIT.");

    internal static readonly DashboardRule TimeLost = new(
        "query-time-lost", Error, "A time is NULL or text that the plugin cannot read.",
        "Give seconds since 1970, or text such as 2026-01-02T03:04:05Z; replace the blank by T and add Z, and wrap columns declared as DATETIME in an expression.");

    internal static readonly DashboardRule TimeUnit = new(
        "query-time-unit", Error, "Times lie thousands of years ahead.",
        "Divide milliseconds by 1000.0: the plugin reads numbers as seconds.");

    internal static readonly DashboardRule NotAscending = new(
        "query-not-ascending", Warning, "Rows of a time series panel do not ascend by time.",
        "Add ORDER BY with the time column first.");

    internal static readonly DashboardRule PointRepeated = new(
        "query-point-repeated", Warning, "A series has two values for one time.",
        "Group by time and labels; only the last of the values is shown.");

    internal static readonly DashboardRule ValueTruncated = new(
        "query-value-truncated", Error, "The plugin cut fractions off a column that begins with a whole number.",
        "Write CAST(… AS REAL) around the column.");

    internal static readonly DashboardRule ValueLost = new(
        "query-value-lost", Error, "The plugin dropped text from a column that begins with a number.",
        "Write CAST(… AS TEXT) around the column.");

    internal static readonly DashboardRule VariableShape = new(
        "variable-query-shape", Error, "A variable's query gives columns Grafana cannot use.",
        "Select one column, or two named __text and __value.");

    internal static readonly DashboardRule OtherSource = new(
        "other-data-source", Information, "A panel asks another data source.",
        "It was not looked at; only queries of the SQLite plugin are.");

    internal static readonly DashboardRule LibraryPanel = new(
        "library-panel", Information, "A panel stands in Grafana's library, not in the dashboard.",
        "It was not looked at; unlink it in Grafana to have it in the dashboard.");

    internal static readonly DashboardRule LibraryPanelsCarried = new(
        "library-panels-carried", Warning, "The dashboard carries library panels along, as Grafana's export for sharing does.",
        "Only Grafana's own import page unpacks them, and Publish-GrafanaDashboard refuses them: unlink the panels in Grafana before exporting.");

    /// <summary>All rules, in the order of the documentation.</summary>
    public static IReadOnlyList<DashboardRule> All { get; } =
    [
        DataSourceVariable, ReloadOnTimeChange, HardCodedDataSource, TitleAndDescription, Unit, NoTargets, Editable, TimeRange, OldForm,
        QueryTextMissing, QueryTooLong, QueryTextsDiffer, QueryType, TimeColumnMissing, MacroUnknown, MacroArguments, VariableFormat, VariableQuotes, NoTimeFilter,
        VariableUndefined, VariableUnused, DuplicateId, Overlap, OutsideGrid, HiddenByRow, LinkUnknown, RowsHidden, GaugeMaximum,
        TableFooter, ColumnCast, OtherSource, LibraryPanel, LibraryPanelsCarried, PathBlocked, QueryFailed, QueryStopped, QueryNotRun,
        VariableShape, NoRows, TooManyRows, TimeLost, TimeUnit,
        NotAscending, PointRepeated, ValueTruncated, ValueLost,
    ];
}
