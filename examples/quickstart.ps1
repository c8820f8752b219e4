<#
.SYNOPSIS
    Shows what TokenDashboard does: usage as tables, Grafana dashboards, and a Grafana provisioning folder.
.DESCRIPTION
    Runs in tokendash and in any PowerShell from 7.4 on; in a clone after dotnet build:

        dotnet run --project src/TokenDashboard.Host -- -File examples/quickstart.ps1
        dotnet run --project src/TokenDashboard.Host -- -File examples/quickstart.ps1 -Database /path/to/observicia.db
        pwsh examples/quickstart.ps1 -Database /path/to/observicia.db
.PARAMETER Database
    An Observicia store. Without it, a sample store of 30 days is made in a temporary folder.
.PARAMETER OutputPath
    The folder to write to.
#>
[CmdletBinding()]
param(
    [string] $Database,
    [string] $OutputPath = './out'
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Command Get-TokenUsage -ErrorAction Ignore)) {
    Import-Module (Join-Path $PSScriptRoot .. artifacts module TokenDashboard)
}

if (-not $Database) {
    $folder = [IO.Directory]::CreateTempSubdirectory('tokendashboard-').FullName
    $Database = (New-TokenStore (Join-Path $folder sample.db) -Sample -Days 30).Database
}
# The commands below take the store from here.
$env:TOKENDASHBOARD_DATABASE = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Database)

# Out-Host ends each table: in one stream PowerShell would show all that follows in the form of the first.
'The store'
Get-TokenStore | Out-Host

'Usage by user: the ten with the most tokens'
Get-UserTokenUsage -First 10 | Out-Host

'Usage by model'
Get-TokenUsage Model | Out-Host

'The five days with the most tokens'
Get-TokenUsage Day | Sort-Object TotalTokens -Descending | Select-Object -First 5 |
    Format-Table @{ Label = 'Day'; Expression = { $_.Start.ToString('ddd d MMM yyyy') } }, Requests, PromptTokens, CompletionTokens, TotalTokens | Out-Host

$dashboards = New-GrafanaDashboard -Path $OutputPath -PassThru
Export-GrafanaProvisioning (Join-Path $OutputPath grafana) -Database $env:TOKENDASHBOARD_DATABASE | Out-Host

@"
Next:
  - Ask your own store:   Get-UserTokenUsage -Database PATH -Last 7d -ComparePrevious
  - Import by hand:       in Grafana, Dashboards > New > Import, and upload the files of dashboards/
  - Publish by script:    Connect-Grafana URL -Token (Read-Host -AsSecureString); Publish-GrafanaDashboard -Database PATH
  - Provision by files:   start a Grafana of this machine with GF_PATHS_PROVISIONING set to the second folder below;
                          for one in a container: Get-Help Export-GrafanaProvisioning -Parameter GrafanaPath
  - Learn more:           Get-Help Get-TokenUsage -Examples

Written: $($dashboards -join "`n         ")
         $($PSCmdlet.GetUnresolvedProviderPathFromPSPath("$OutputPath/grafana"))
"@
