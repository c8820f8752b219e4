namespace TokenDashboard;

/// <summary>
/// All errors of this module. The name of a member is the first part of the ErrorId, so names never change.
/// </summary>
public enum ErrorCode : long
{
    /// <summary>No store is specified by a parameter, the environment or a configuration file.</summary>
    StoreNotSpecified,

    /// <summary>The Observicia configuration file exists but cannot be parsed.</summary>
    ConfigurationInvalid,

    /// <summary>The store's file does not exist.</summary>
    StoreNotFound,

    /// <summary>The command does not support the engine of the store's address.</summary>
    StoreEngineUnknown,

    /// <summary>The address of a store on a server is invalid, or contains a password.</summary>
    StoreAddressInvalid,

    /// <summary>The server of the store cannot be reached, or is not ClickHouse.</summary>
    StoreUnreachable,

    /// <summary>The server of the store rejected the user or the password.</summary>
    StoreUnauthorized,

    /// <summary>The encrypted connection to the server of the store failed.</summary>
    StoreTlsFailed,

    /// <summary>The server of the store did not respond in time, or stopped a query that took too long.</summary>
    StoreTimeout,

    /// <summary>A limit of the server of the store stopped the query.</summary>
    StoreQuotaExceeded,

    /// <summary>
    /// This version of the module cannot read the schema of a table or view, or the rollups of removed requests. Or some of the tables were dropped, but not all.
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

    /// <summary>The database has no table named telemetry, or a table or view that Sync-TokenStore creates on ClickHouse is missing.</summary>
    StoreTableMissing,

    /// <summary>The table telemetry has missing columns, which can include the row id of an ordinary SQLite table.</summary>
    StoreColumnsMissing,

    /// <summary>The database is in WAL mode and its folder cannot be written, so SQLite cannot create the shared-memory file.</summary>
    StoreWalFolderReadOnly,

    /// <summary>Another process locked the database for longer than the time-out.</summary>
    StoreLocked,

    /// <summary>This account cannot read the file, or the user lacks a permission on ClickHouse.</summary>
    StoreAccessDenied,

    /// <summary>SQLite's native library is missing or was built for another platform.</summary>
    SqliteUnavailable,

    /// <summary>SQLite or ClickHouse reported another failure during a read.</summary>
    StoreReadFailed,

    /// <summary>The file of a new store already exists.</summary>
    StoreExists,

    /// <summary>The store could not be written.</summary>
    StoreWriteFailed,

    /// <summary>A file to import does not exist.</summary>
    ImportFileNotFound,

    /// <summary>A file to import could not be opened.</summary>
    ImportFileUnreadable,

    /// <summary>The compression or encoding of a file to import is not supported.</summary>
    ImportFormatUnsupported,

    /// <summary>A column map contains an unknown column of the store, or a required column is missing.</summary>
    ImportMapInvalid,

    /// <summary>A required column of a file to import is missing, or several columns have its name.</summary>
    ImportColumnMissing,

    /// <summary>No entry of the price list matches a model.</summary>
    PriceNotFound,

    /// <summary>A price file or folder does not exist or cannot be read.</summary>
    PriceFileNotFound,

    /// <summary>The user's own price file cannot be parsed.</summary>
    PriceFileInvalid,

    /// <summary>A price list cannot be parsed.</summary>
    PriceListInvalid,

    /// <summary>A price list could not be downloaded.</summary>
    PriceListUnreachable,

    /// <summary>A price list could not be written to the user's folder.</summary>
    PriceListWriteFailed,

    /// <summary>The format of a file to import is unknown.</summary>
    ImportFormatUnknown,

    /// <summary>A file to import has no readable requests.</summary>
    ImportNothingFound,

    /// <summary>A file to import contains only totals of many requests, not requests.</summary>
    ImportNotRequests,

    /// <summary>A time range is empty, reversed or specified twice.</summary>
    RangeInvalid,

    /// <summary>The query requires a time range with a start and an end.</summary>
    RangeRequired,

    /// <summary>A time zone of a dashboard has no IANA name.</summary>
    TimeZoneInvalid,

    /// <summary>The dimensions of a grouping cannot be combined.</summary>
    GroupingInvalid,

    /// <summary>A wildcard pattern is invalid.</summary>
    PatternInvalid,

    /// <summary>Filling empty buckets would add too many rows.</summary>
    TooManyBuckets,

    /// <summary>The file of a report exists and is not a report.</summary>
    ReportExists,

    /// <summary>A report could not be written.</summary>
    ReportWriteFailed,

    /// <summary>No dashboard with this name exists.</summary>
    DashboardNotFound,

    /// <summary>A dashboard's JSON cannot be read.</summary>
    DashboardInvalid,

    /// <summary>A dashboard definition is incomplete or cannot be parsed.</summary>
    DashboardDefinitionInvalid,

    /// <summary>A file of dashboard definitions does not exist.</summary>
    DashboardDefinitionNotFound,

    /// <summary>A path is not a file system path: its drive or provider does not exist, or has no files.</summary>
    PathInvalid,

    /// <summary>A value is specified for a variable that no dashboard has, or that does not offer the value.</summary>
    DashboardVariableNotFound,

    /// <summary>A specified rule does not exist.</summary>
    DashboardRuleNotFound,

    /// <summary>The file of a dashboard exists and is not this dashboard.</summary>
    DashboardExists,

    /// <summary>A dashboard or provisioning file could not be written.</summary>
    DashboardWriteFailed,

    /// <summary>The address of a Grafana server is missing or invalid.</summary>
    GrafanaUrlInvalid,

    /// <summary>The token and the credential are both missing, both are specified, or one cannot be sent.</summary>
    GrafanaSignInInvalid,

    /// <summary>The Grafana server could not be reached.</summary>
    GrafanaUnreachable,

    /// <summary>The server's certificate was not accepted.</summary>
    GrafanaTlsFailed,

    /// <summary>The file of the certificate authority cannot be read.</summary>
    GrafanaCertificateInvalid,

    /// <summary>The session has no connection with this name.</summary>
    GrafanaConnectionNotFound,

    /// <summary>The server, or a proxy in front of it, temporarily accepts no more requests.</summary>
    GrafanaBusy,

    /// <summary>The server did not respond in time.</summary>
    GrafanaTimeout,

    /// <summary>The token or password was rejected.</summary>
    GrafanaUnauthorized,

    /// <summary>The account lacks a permission.</summary>
    GrafanaForbidden,

    /// <summary>The response is not Grafana's JSON.</summary>
    GrafanaNotJson,

    /// <summary>Grafana rejected a request for another reason, which is in the message.</summary>
    GrafanaRequestFailed,

    /// <summary>The plugin of the data source is not installed.</summary>
    GrafanaPluginMissing,

    /// <summary>A folder could not be created, or is ambiguous.</summary>
    GrafanaFolderConflict,

    /// <summary>The data source does not exist, and no database is specified.</summary>
    GrafanaDataSourceMissing,

    /// <summary>A data source with this name or uid exists with another type, or is provisioned.</summary>
    GrafanaDataSourceConflict,

    /// <summary>The dashboard or alert rule was changed on the server after it was published, or during publishing.</summary>
    GrafanaVersionConflict,

    /// <summary>The dashboard was deleted on the server, or does not exist and must not be created.</summary>
    GrafanaDashboardMissing,

    /// <summary>The dashboard is provisioned from files or managed by another tool.</summary>
    GrafanaDashboardManaged,

    /// <summary>A definition of an alert rule is incomplete or cannot be parsed.</summary>
    AlertRuleInvalid,

    /// <summary>A file of alert rules does not exist.</summary>
    AlertRuleNotFound,

    /// <summary>The server has no unified alerting and does not support alert rules.</summary>
    GrafanaAlertingMissing,

    /// <summary>The alert rule or its group is provisioned from files or managed by another tool.</summary>
    GrafanaAlertRuleManaged,

    /// <summary>The dashboard is stored in Grafana's newer schema and would lose content as a classic dashboard.</summary>
    GrafanaSchemaUnsupported,

    /// <summary>The server does not have the requested API for dashboards, or has no supported one.</summary>
    GrafanaApiMissing,
}
