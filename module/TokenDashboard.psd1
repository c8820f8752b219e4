@{
    RootModule           = 'TokenDashboard.dll'
    NestedModules        = @('TokenDashboard.Loader.dll')
    ModuleVersion        = '0.1.0'
    GUID                 = '5d2f6a0e-3f0b-4c57-9a7e-0c1d0b6f7a52'
    Author               = 'TokenDashboard contributors'
    CompanyName          = 'TokenDashboard contributors'
    Copyright            = '(c) 2026 TokenDashboard contributors. MIT licence.'
    Description          = 'LLM token telemetry from Observicia''s SQLite store: answers at the prompt, and Grafana dashboards generated and published by script.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @(
        'TokenDashboard.format.ps1xml'
        'TokenDashboard.Dashboard.format.ps1xml'
        'TokenDashboard.Grafana.format.ps1xml'
        'TokenDashboard.Import.format.ps1xml'
        'TokenDashboard.Connection.format.ps1xml'
        'TokenDashboard.Export.format.ps1xml'
        'TokenDashboard.Comparison.format.ps1xml'
        'TokenDashboard.DataSource.format.ps1xml'
        'TokenDashboard.Test.format.ps1xml'
        'TokenDashboard.Store.format.ps1xml'
    )
    CmdletsToExport      = @(
        'Compare-GrafanaDashboard'
        'Connect-Grafana'
        'Disconnect-Grafana'
        'Export-GrafanaDashboard'
        'Get-GrafanaConnection'
        'Get-GrafanaDashboardVersion'
        'Get-TokenRequest'
        'Get-TokenStore'
        'Get-TokenUsage'
        'Get-UserTokenUsage'
        'Import-TokenUsage'
        'New-GrafanaDashboard'
        'New-TokenStore'
        'Optimize-TokenStore'
        'Publish-GrafanaAlertRule'
        'Publish-GrafanaDashboard'
        'Remove-TokenUsage'
        'Set-GrafanaDataSource'
        'Test-GrafanaDashboard'
        'Test-GrafanaDataSource'
        'Test-TokenStore'
    )
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @('LLM', 'Tokens', 'Observability', 'Grafana', 'SQLite', 'Observicia', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
