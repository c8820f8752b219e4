namespace TokenDashboard;

/// <summary>
/// Every failure this product reports by name. A member's name is the first part of the ErrorId a script sees, so names never change.
/// </summary>
public enum ErrorCode : long
{
    /// <summary>No store was named by parameter, environment or configuration file.</summary>
    StoreNotSpecified,

    /// <summary>The Observicia configuration file exists but cannot be understood.</summary>
    ConfigurationInvalid,

    /// <summary>There is no file at the store's path.</summary>
    StoreNotFound,

    /// <summary>The store's address names an engine that the command cannot use.</summary>
    StoreEngineUnknown,

    /// <summary>The address of a store on a server cannot be read, or holds a password.</summary>
    StoreAddressInvalid,

    /// <summary>The server of the store cannot be reached.</summary>
    StoreUnreachable,

    /// <summary>The server of the store refused the user or the password.</summary>
    StoreUnauthorized,

    /// <summary>The encrypted connection to the server of the store failed.</summary>
    StoreTlsFailed,

    /// <summary>The server of the store did not answer in time, or stopped a query that took too long.</summary>
    StoreTimeout,

    /// <summary>A limit of the server of the store stopped the query.</summary>
    StoreQuotaExceeded,

    /// <summary>The table of the store has another form than this version of the module reads.</summary>
    StoreSchemaMismatch,

    /// <summary>Two stores would be sent as one source.</summary>
    StoreSourceConflict,

    /// <summary>None of the stores named has the source asked for.</summary>
    StoreSourceNotFound,

    /// <summary>The store's path is a directory.</summary>
    StoreIsDirectory,

    /// <summary>The store's file has no content.</summary>
    StoreEmpty,

    /// <summary>The file is not a SQLite database, or is damaged.</summary>
    StoreNotDatabase,

    /// <summary>The database has no table named telemetry.</summary>
    StoreTableMissing,

    /// <summary>The table telemetry lacks columns, the row id of SQLite's usual tables included.</summary>
    StoreColumnsMissing,

    /// <summary>The database is in WAL mode and its folder cannot be written, so SQLite cannot make the shared-memory file.</summary>
    StoreWalFolderReadOnly,

    /// <summary>Another process kept the database locked for longer than the time-out.</summary>
    StoreLocked,

    /// <summary>This account may not read the file.</summary>
    StoreAccessDenied,

    /// <summary>SQLite's native library is missing or is not made for this platform.</summary>
    SqliteUnavailable,

    /// <summary>SQLite reported another failure while reading.</summary>
    StoreReadFailed,

    /// <summary>A store was to be made where a file stands already.</summary>
    StoreExists,

    /// <summary>The store could not be written.</summary>
    StoreWriteFailed,

    /// <summary>A file to import does not exist.</summary>
    ImportFileNotFound,

    /// <summary>A file to import could not be opened.</summary>
    ImportFileUnreadable,

    /// <summary>A file to import is compressed, or encoded, in a way that is not read.</summary>
    ImportFormatUnsupported,

    /// <summary>A map of columns names something that is no column of the store, or lacks what every request needs.</summary>
    ImportMapInvalid,

    /// <summary>A file to import lacks a column that is needed.</summary>
    ImportColumnMissing,

    /// <summary>No entry of the price list matches a model.</summary>
    PriceNotFound,

    /// <summary>A file or folder of prices does not exist or cannot be read.</summary>
    PriceFileNotFound,

    /// <summary>The user's own file of prices cannot be understood.</summary>
    PriceFileInvalid,

    /// <summary>A price list cannot be understood.</summary>
    PriceListInvalid,

    /// <summary>A price list could not be fetched.</summary>
    PriceListUnreachable,

    /// <summary>A price list could not be written into the user's folder.</summary>
    PriceListWriteFailed,

    /// <summary>No format is recognised by the first lines of a file to import.</summary>
    ImportFormatUnknown,

    /// <summary>A file to import has no requests in it that could be read.</summary>
    ImportNothingFound,

    /// <summary>A file to import has sums of many requests, and no requests.</summary>
    ImportNotRequests,

    /// <summary>A time range is empty, reversed or given twice.</summary>
    RangeInvalid,

    /// <summary>The question needs a range with both ends.</summary>
    RangeRequired,

    /// <summary>The dimensions of a grouping exclude each other.</summary>
    GroupingInvalid,

    /// <summary>A wildcard pattern cannot be read.</summary>
    PatternInvalid,

    /// <summary>Filling empty buckets would make more rows than any reader wants.</summary>
    TooManyBuckets,

    /// <summary>The file of a report exists and is not a report.</summary>
    ReportExists,

    /// <summary>A report could not be written.</summary>
    ReportWriteFailed,

    /// <summary>No dashboard of that name exists.</summary>
    DashboardNotFound,

    /// <summary>A dashboard's JSON cannot be read.</summary>
    DashboardInvalid,

    /// <summary>A definition of a dashboard lacks something or cannot be understood.</summary>
    DashboardDefinitionInvalid,

    /// <summary>A file with definitions of dashboards does not exist.</summary>
    DashboardDefinitionNotFound,

    /// <summary>A value was given for a variable no dashboard has.</summary>
    DashboardVariableNotFound,

    /// <summary>A rule was named that does not exist.</summary>
    DashboardRuleNotFound,

    /// <summary>A dashboard or provisioning file could not be written.</summary>
    DashboardWriteFailed,

    /// <summary>No address of a Grafana server was given, or it is not one.</summary>
    GrafanaUrlInvalid,

    /// <summary>Neither a token nor a user name with password was given, or both, or one that cannot be sent.</summary>
    GrafanaSignInInvalid,

    /// <summary>The Grafana server could not be reached.</summary>
    GrafanaUnreachable,

    /// <summary>The server's certificate was not accepted.</summary>
    GrafanaTlsFailed,

    /// <summary>The file of the certificate authority cannot be read.</summary>
    GrafanaCertificateInvalid,

    /// <summary>The session has no connection of that name.</summary>
    GrafanaConnectionNotFound,

    /// <summary>The server, or a proxy before it, takes no more requests for now.</summary>
    GrafanaBusy,

    /// <summary>The server did not answer in time.</summary>
    GrafanaTimeout,

    /// <summary>The token or password was refused.</summary>
    GrafanaUnauthorized,

    /// <summary>The account lacks a permission.</summary>
    GrafanaForbidden,

    /// <summary>Something other than Grafana's JSON came back.</summary>
    GrafanaNotJson,

    /// <summary>Grafana refused a request for another reason; the message carries its words.</summary>
    GrafanaRequestFailed,

    /// <summary>The SQLite data source plugin is not installed.</summary>
    GrafanaPluginMissing,

    /// <summary>A folder could not be made or chosen without ambiguity.</summary>
    GrafanaFolderConflict,

    /// <summary>The data source does not exist, and nothing says which database it should open.</summary>
    GrafanaDataSourceMissing,

    /// <summary>A data source of that name or uid exists and is of another kind, or is provisioned read-only.</summary>
    GrafanaDataSourceConflict,

    /// <summary>The dashboard or alert rule was changed on the server by someone else: since it was last published, or while it was.</summary>
    GrafanaVersionConflict,

    /// <summary>The dashboard was deleted on the server, or is not there and only those that are were to be published.</summary>
    GrafanaDashboardMissing,

    /// <summary>The dashboard is provisioned from files or managed by another tool.</summary>
    GrafanaDashboardManaged,

    /// <summary>A definition of an alert rule lacks something or cannot be understood.</summary>
    AlertRuleInvalid,

    /// <summary>A file of alert rules does not exist.</summary>
    AlertRuleNotFound,

    /// <summary>The server has no unified alerting, so it takes no alert rules.</summary>
    GrafanaAlertingMissing,

    /// <summary>The alert rule or its group is provisioned from files or managed by another tool.</summary>
    GrafanaAlertRuleManaged,

    /// <summary>The dashboard is stored in Grafana's newer schema, of which a classic dashboard would be a lossy copy.</summary>
    GrafanaSchemaUnsupported,

    /// <summary>The server does not serve the interface for dashboards that was asked for, or none this product knows.</summary>
    GrafanaApiMissing,
}
