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
First version.
- Get-TokenStore, Get-TokenUsage, Get-UserTokenUsage and Get-TokenRequest query an Observicia store without slowing the application that writes it. New-TokenStore creates a store, also with sample data.
- Measure-TokenUsage measures a range in one object; New-TokenReport writes it as one HTML file, or as Markdown; Watch-TokenUsage shows it while it is written.
- Import-TokenUsage takes usage from logs, CSV, OTLP files, Claude Code and LiteLLM; importing twice counts once.
- Optimize-TokenStore makes queries over millions of requests immediate; Test-TokenStore proves a store; Remove-TokenUsage keeps the totals of old requests.
- Sync-TokenStore copies the requests of stores to ClickHouse, which the same commands and dashboards read.
- Get-TokenPrice shows what models cost when; Update-TokenPrice takes a newer price list.
- New-, Test-, Publish-, Compare- and Export-GrafanaDashboard create, test, publish, compare and export Grafana dashboards. Publish-GrafanaAlertRule publishes alert rules. Export-GrafanaProvisioning writes both as provisioning files. Get-GrafanaDashboardVersion lists what was published.
- Connect- and Disconnect-Grafana, and Get-GrafanaConnection, keep the connections of a session. Set- and Test-GrafanaDataSource create and check the data source of the dashboards.
Everything that changed: https://github.com/TokenDashboard/TokenDashboard/blob/main/CHANGELOG.md
'@
        }
    }
}
