namespace TokenDashboard;

/// <summary>
/// All errors of this module. The name of a member is the first part of the ErrorId, so names never change.
/// </summary>
public enum ErrorCode : long
{
    /// <summary>No store is specified by parameter, environment or configuration file.</summary>
    StoreNotSpecified,

    /// <summary>The Observicia configuration file exists but cannot be understood.</summary>
    ConfigurationInvalid,

    /// <summary>The file of the store does not exist.</summary>
    StoreNotFound,

    /// <summary>The command does not support the engine of the store's address.</summary>
    StoreEngineUnknown,

    /// <summary>The address of a store on a server is invalid, or contains a password.</summary>
    StoreAddressInvalid,

    /// <summary>The server of the store cannot be reached, or is not ClickHouse.</summary>
    StoreUnreachable,

    /// <summary>The server of the store refused the user or the password.</summary>
    StoreUnauthorized,

    /// <summary>The encrypted connection to the server of the store failed.</summary>
    StoreTlsFailed,

    /// <summary>The server of the store did not answer in time, or stopped a query that took too long.</summary>
    StoreTimeout,

    /// <summary>A limit of the server of the store stopped the query.</summary>
    StoreQuotaExceeded,

    /// <summary>
    /// This version of the module cannot read the schema of a table or view, or the rollups of removed requests, or only some of the tables were dropped.
    /// </summary>
    StoreSchemaMismatch,

    /// <summary>Two stores would have the same source.</summary>
    StoreSourceConflict,

    /// <summary>None of the specified stores has the requested source.</summary>
    StoreSourceNotFound,

    /// <summary>The store's path is a directory.</summary>
    StoreIsDirectory,

    /// <summary>The store's file has no content.</summary>
    StoreEmpty,

    /// <summary>The file is not a SQLite database, or is damaged.</summary>
    StoreNotDatabase,

    /// <summary>The database has no table named telemetry, or on ClickHouse lacks a table or view that Sync-TokenStore makes.</summary>
    StoreTableMissing,

    /// <summary>The table telemetry lacks columns, the row id of SQLite's usual tables included.</summary>
    StoreColumnsMissing,

    /// <summary>The database is in WAL mode and its folder cannot be written, so SQLite cannot create the shared-memory file.</summary>
    StoreWalFolderReadOnly,

    /// <summary>Another process kept the database locked for longer than the time-out.</summary>
    StoreLocked,

    /// <summary>This account has no read access to the file, or the user lacks a permission on ClickHouse.</summary>
    StoreAccessDenied,

    /// <summary>SQLite's native library is missing or is not made for this platform.</summary>
    SqliteUnavailable,

    /// <summary>SQLite or ClickHouse reported another failure while reading.</summary>
    StoreReadFailed,

    /// <summary>The file of a new store exists.</summary>
    StoreExists,

    /// <summary>The store could not be written.</summary>
    StoreWriteFailed,

    /// <summary>A file to import does not exist.</summary>
    ImportFileNotFound,

    /// <summary>A file to import could not be opened.</summary>
    ImportFileUnreadable,

    /// <summary>The compression or encoding of a file to import is not supported.</summary>
    ImportFormatUnsupported,

    /// <summary>A column map contains an unknown column of the store, or lacks a required one.</summary>
    ImportMapInvalid,

    /// <summary>A file to import lacks a required column, or has several of its name.</summary>
    ImportColumnMissing,

    /// <summary>No entry of the price list matches a model.</summary>
    PriceNotFound,

    /// <summary>A file or folder of prices does not exist or cannot be read.</summary>
    PriceFileNotFound,

    /// <summary>The user's own file of prices cannot be understood.</summary>
    PriceFileInvalid,

    /// <summary>A price list cannot be understood.</summary>
    PriceListInvalid,

    /// <summary>A price list could not be downloaded.</summary>
    PriceListUnreachable,

    /// <summary>A price list could not be written to the user's folder.</summary>
    PriceListWriteFailed,

    /// <summary>The format of a file to import is unknown.</summary>
    ImportFormatUnknown,

    /// <summary>A file to import has no readable requests.</summary>
    ImportNothingFound,

    /// <summary>A file to import has totals of many requests, but no requests.</summary>
    ImportNotRequests,

    /// <summary>A time range is empty, reversed or specified twice.</summary>
    RangeInvalid,

    /// <summary>The query requires a time range with a start and an end.</summary>
    RangeRequired,

    /// <summary>A time zone of a dashboard has no IANA name.</summary>
    TimeZoneInvalid,

    /// <summary>The dimensions of a grouping exclude each other.</summary>
    GroupingInvalid,

    /// <summary>A wildcard pattern cannot be read.</summary>
    PatternInvalid,

    /// <summary>Filling empty buckets would add too many rows.</summary>
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

    /// <summary>A path is not one of the file system: its drive or provider does not exist, or has no files.</summary>
    PathInvalid,

    /// <summary>No dashboard has a variable for which a value is specified, or its choices do not include the value.</summary>
    DashboardVariableNotFound,

    /// <summary>A specified rule does not exist.</summary>
    DashboardRuleNotFound,

    /// <summary>The file of a dashboard exists and is not this dashboard.</summary>
    DashboardExists,

    /// <summary>A dashboard or provisioning file could not be written.</summary>
    DashboardWriteFailed,

    /// <summary>No address of a Grafana server is specified, or it is invalid.</summary>
    GrafanaUrlInvalid,

    /// <summary>Neither token nor credential is specified, or both are, or one cannot be sent.</summary>
    GrafanaSignInInvalid,

    /// <summary>The Grafana server could not be reached.</summary>
    GrafanaUnreachable,

    /// <summary>The server's certificate was not accepted.</summary>
    GrafanaTlsFailed,

    /// <summary>The file of the certificate authority cannot be read.</summary>
    GrafanaCertificateInvalid,

    /// <summary>The session has no connection of that name.</summary>
    GrafanaConnectionNotFound,

    /// <summary>The server, or a proxy in front of it, accepts no more requests for now.</summary>
    GrafanaBusy,

    /// <summary>The server did not answer in time.</summary>
    GrafanaTimeout,

    /// <summary>The token or password was refused.</summary>
    GrafanaUnauthorized,

    /// <summary>The account lacks a permission.</summary>
    GrafanaForbidden,

    /// <summary>The response is not Grafana's JSON.</summary>
    GrafanaNotJson,

    /// <summary>Grafana refused a request for another reason, which is in the message.</summary>
    GrafanaRequestFailed,

    /// <summary>The plugin of the data source is not installed.</summary>
    GrafanaPluginMissing,

    /// <summary>A folder could not be created, or is ambiguous.</summary>
    GrafanaFolderConflict,

    /// <summary>The data source does not exist, and no database is specified.</summary>
    GrafanaDataSourceMissing,

    /// <summary>A data source of that name or uid exists with another type, or is provisioned.</summary>
    GrafanaDataSourceConflict,

    /// <summary>The dashboard or alert rule was changed on the server since it was published, or during publishing.</summary>
    GrafanaVersionConflict,

    /// <summary>The dashboard was deleted on the server, or does not exist and must not be created.</summary>
    GrafanaDashboardMissing,

    /// <summary>The dashboard is provisioned from files or managed by another tool.</summary>
    GrafanaDashboardManaged,

    /// <summary>A definition of an alert rule lacks something or cannot be understood.</summary>
    AlertRuleInvalid,

    /// <summary>A file of alert rules does not exist.</summary>
    AlertRuleNotFound,

    /// <summary>The server has no unified alerting and does not support alert rules.</summary>
    GrafanaAlertingMissing,

    /// <summary>The alert rule or its group is provisioned from files or managed by another tool.</summary>
    GrafanaAlertRuleManaged,

    /// <summary>The dashboard is stored in Grafana's newer schema, and a classic dashboard would lose content.</summary>
    GrafanaSchemaUnsupported,

    /// <summary>The server does not have the requested interface for dashboards, or any supported one.</summary>
    GrafanaApiMissing,
}
