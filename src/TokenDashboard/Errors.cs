namespace TokenDashboard;

/// <summary>Creates all error records of the module. The ErrorId is the name of an <see cref="ErrorCode"/>, which also determines the category.</summary>
internal static class Errors
{
    internal static ErrorRecord ToErrorRecord(this TokenDashboardException exception)
    {
        var record = new ErrorRecord(exception, exception.Code.ToString(), CategoryOf(exception.Code), exception.Target);
        // Error views show this text.
        record.CategoryInfo.TargetName = MessageText.Clean(record.CategoryInfo.TargetName);
        return record;
    }

    // Without a default, the compiler requires a category for each code.
    private static ErrorCategory CategoryOf(ErrorCode code) => code switch
    {
        ErrorCode.PathInvalid or ErrorCode.StoreNotSpecified or ErrorCode.StoreEngineUnknown or ErrorCode.StoreAddressInvalid
            or ErrorCode.RangeInvalid or ErrorCode.RangeRequired or ErrorCode.PatternInvalid or ErrorCode.GroupingInvalid or ErrorCode.TimeZoneInvalid
            or ErrorCode.TooManyBuckets or ErrorCode.ImportMapInvalid or ErrorCode.AlertRuleInvalid
            or ErrorCode.DashboardDefinitionInvalid or ErrorCode.GrafanaUrlInvalid or ErrorCode.GrafanaSignInInvalid or ErrorCode.GrafanaCertificateInvalid => ErrorCategory.InvalidArgument,
        ErrorCode.StoreNotFound or ErrorCode.StoreSourceNotFound or ErrorCode.StoreTableMissing or ErrorCode.DashboardNotFound
            or ErrorCode.ImportFileNotFound or ErrorCode.DashboardVariableNotFound or ErrorCode.DashboardRuleNotFound
            or ErrorCode.PriceNotFound or ErrorCode.PriceFileNotFound or ErrorCode.AlertRuleNotFound or ErrorCode.GrafanaDashboardMissing or ErrorCode.DashboardDefinitionNotFound
            or ErrorCode.GrafanaDataSourceMissing or ErrorCode.GrafanaConnectionNotFound => ErrorCategory.ObjectNotFound,
        ErrorCode.ConfigurationInvalid or ErrorCode.StoreIsDirectory or ErrorCode.StoreEmpty or ErrorCode.StoreNotDatabase
            or ErrorCode.StoreColumnsMissing or ErrorCode.StoreSchemaMismatch or ErrorCode.DashboardInvalid or ErrorCode.GrafanaNotJson
            or ErrorCode.PriceFileInvalid or ErrorCode.PriceListInvalid or ErrorCode.ImportFormatUnsupported or ErrorCode.ImportColumnMissing
            or ErrorCode.ImportFormatUnknown or ErrorCode.ImportNothingFound or ErrorCode.ImportNotRequests => ErrorCategory.InvalidData,
        ErrorCode.StoreLocked or ErrorCode.GrafanaBusy or ErrorCode.StoreQuotaExceeded => ErrorCategory.ResourceBusy,
        ErrorCode.StoreExists or ErrorCode.ReportExists or ErrorCode.DashboardExists or ErrorCode.StoreSourceConflict or ErrorCode.GrafanaFolderConflict or ErrorCode.GrafanaDataSourceConflict
            or ErrorCode.GrafanaVersionConflict => ErrorCategory.ResourceExists,
        ErrorCode.StoreAccessDenied or ErrorCode.GrafanaForbidden or ErrorCode.GrafanaDashboardManaged
            or ErrorCode.GrafanaAlertRuleManaged => ErrorCategory.PermissionDenied,
        ErrorCode.StoreWalFolderReadOnly or ErrorCode.StoreReadFailed or ErrorCode.ImportFileUnreadable => ErrorCategory.ReadError,
        ErrorCode.StoreWriteFailed or ErrorCode.ReportWriteFailed or ErrorCode.DashboardWriteFailed or ErrorCode.PriceListWriteFailed => ErrorCategory.WriteError,
        ErrorCode.GrafanaUnreachable or ErrorCode.PriceListUnreachable or ErrorCode.StoreUnreachable => ErrorCategory.ConnectionError,
        ErrorCode.GrafanaTlsFailed or ErrorCode.StoreTlsFailed => ErrorCategory.SecurityError,
        ErrorCode.GrafanaTimeout or ErrorCode.StoreTimeout => ErrorCategory.OperationTimeout,
        ErrorCode.GrafanaUnauthorized or ErrorCode.StoreUnauthorized => ErrorCategory.AuthenticationError,
        ErrorCode.GrafanaSchemaUnsupported or ErrorCode.GrafanaApiMissing or ErrorCode.GrafanaAlertingMissing => ErrorCategory.NotImplemented,
        ErrorCode.GrafanaPluginMissing or ErrorCode.SqliteUnavailable => ErrorCategory.NotInstalled,
        ErrorCode.GrafanaRequestFailed => ErrorCategory.InvalidOperation,
    };

    /// <summary>Whether a failure affects the whole server, not only one dashboard.</summary>
    internal static bool EndsEverything(this ErrorCode code) =>
        code is ErrorCode.GrafanaUnreachable or ErrorCode.GrafanaBusy or ErrorCode.GrafanaTlsFailed or ErrorCode.GrafanaTimeout or ErrorCode.GrafanaUnauthorized
            or ErrorCode.GrafanaNotJson;
}
