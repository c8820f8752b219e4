<#
.SYNOPSIS
    Demonstrates TokenDashboard: shows usage as tables, and writes Grafana dashboards and a provisioning folder.
.DESCRIPTION
    Runs in tokendash and in PowerShell 7.4 or later. In a clone, run dotnet build first:

        dotnet run --project src/TokenDashboard.Host -- -File examples/quickstart.ps1
        dotnet run --project src/TokenDashboard.Host -- -File examples/quickstart.ps1 -Database /path/to/observicia.db
        pwsh examples/quickstart.ps1 -Database /path/to/observicia.db
.PARAMETER Database
    An Observicia store. By default, a sample store of 30 days is created in a temporary folder.
.PARAMETER OutputPath
    The folder to write to.
#>
[CmdletBinding(PositionalBinding = $false)]
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
# The default store of the commands below.
$env:TOKENDASHBOARD_DATABASE = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Database)

# Out-Host ends each table. Otherwise, PowerShell formats all objects like the first ones.
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
  - Use your own store:   Get-UserTokenUsage -Database PATH -Last 7d -ComparePrevious
  - Import manually:      in Grafana, select Dashboards > New > Import, and upload the files in dashboards/
  - Publish by script:    Connect-Grafana URL -Token (Read-Host -AsSecureString); Publish-GrafanaDashboard -Database PATH
  - Provision from files: on this machine, start Grafana with GF_PATHS_PROVISIONING set to the second folder below;
                          in a container, see Get-Help Export-GrafanaProvisioning -Parameter GrafanaPath
  - Learn more:           Get-Help Get-TokenUsage -Examples

Written: $($dashboards -join "`n         ")
         $($PSCmdlet.GetUnresolvedProviderPathFromPSPath("$OutputPath/grafana"))
"@
