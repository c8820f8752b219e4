@{
    RootModule           = 'TokenDashboard.dll'
    NestedModules        = @('TokenDashboard.Loader.dll')
    ModuleVersion        = '0.1.0'
    GUID                 = '5d2f6a0e-3f0b-4c57-9a7e-0c1d0b6f7a52'
    Author               = 'TokenDashboard contributors'
    CompanyName          = 'TokenDashboard contributors'
    Copyright            = '(c) 2026 TokenDashboard contributors. MIT licence.'
    Description          = 'LLM token telemetry from Observicia''s SQLite store, or from many stores in ClickHouse: answers at the prompt, and Grafana dashboards generated and published by script.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    # The types file names its code, which must be there before the module's own assembly would be loaded.
    RequiredAssemblies   = @('TokenDashboard.dll')
    TypesToProcess       = @('TokenDashboard.types.ps1xml')
    FormatsToProcess     = @('TokenDashboard.format.ps1xml')
    CmdletsToExport      = @(
        'Compare-GrafanaDashboard'
        'Connect-Grafana'
        'Disconnect-Grafana'
        'Export-GrafanaDashboard'
        'Export-GrafanaProvisioning'
        'Get-GrafanaConnection'
        'Get-GrafanaDashboardVersion'
        'Get-TokenPrice'
        'Get-TokenRequest'
        'Get-TokenStore'
        'Get-TokenUsage'
        'Get-UserTokenUsage'
        'Import-TokenUsage'
        'Measure-TokenUsage'
        'New-GrafanaDashboard'
        'New-TokenReport'
        'New-TokenStore'
        'Optimize-TokenStore'
        'Publish-GrafanaAlertRule'
        'Publish-GrafanaDashboard'
        'Remove-TokenUsage'
        'Set-GrafanaDataSource'
        'Sync-TokenStore'
        'Test-GrafanaDashboard'
        'Test-GrafanaDataSource'
        'Test-TokenStore'
        'Update-TokenPrice'
        'Watch-TokenUsage'
    )
    FunctionsToExport    = @()
    AliasesToExport      = @('gtp', 'gtr', 'gts', 'gtu', 'gutu')
    VariablesToExport    = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @('LLM', 'Tokens', 'Observability', 'Grafana', 'SQLite', 'ClickHouse', 'Observicia', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            ProjectUri   = 'https://github.com/TokenDashboard/TokenDashboard'
            LicenseUri   = 'https://github.com/TokenDashboard/TokenDashboard/blob/main/LICENSE'
            ReleaseNotes = @'
The first version. It queries the token telemetry of Observicia, imported usage of coding agents and gateways, and ClickHouse, computes costs, and creates, tests and publishes Grafana dashboards and alert rules.
All changes: https://github.com/TokenDashboard/TokenDashboard/blob/main/CHANGELOG.md
'@
        }
    }
}
