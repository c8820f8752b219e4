<#
.SYNOPSIS
    Shows what TokenDashboard does: usage as tables, a Grafana dashboard, and a Grafana provisioning folder.
.DESCRIPTION
    Uses only commands the bare engine of tokendash has, so it runs in tokendash and in PowerShell alike:

        dotnet run --project src/TokenDashboard.Host -- -File examples/quickstart.ps1
        dotnet run --project src/TokenDashboard.Host -- -File examples/quickstart.ps1 -Database /path/to/observicia.db
        pwsh examples/quickstart.ps1 -Database /path/to/observicia.db
.PARAMETER Database
    An Observicia store. Without it, a sample store of 30 days is made in a temporary folder.
.PARAMETER OutputPath
    The folder to write to.
#>
param(
    [string] $Database,
    [string] $OutputPath = './out'
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Command Get-TokenUsage -ErrorAction Ignore)) {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '../artifacts/module/TokenDashboard'))
}

if (-not $Database) {
    $folder = [IO.Directory]::CreateTempSubdirectory('tokendashboard-').FullName
    $Database = (New-TokenStore ([IO.Path]::Combine($folder, 'sample.db')) -Sample -Days 30).Database
}
# The commands below take the store from here.
$env:TOKENDASHBOARD_DATABASE = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Database)

'The store'
Get-TokenStore

'Usage by user: the ten with the most tokens'
Get-UserTokenUsage -First 10

'Usage by model'
Get-TokenUsage Model

'Usage by day: the last ten with requests'
Get-TokenUsage Day -Descending -First 10

$null = New-GrafanaDashboard -Path $OutputPath
$provisioned = Publish-GrafanaDashboard -ProvisioningPath "$OutputPath/grafana" -Database $env:TOKENDASHBOARD_DATABASE
'Grafana files'
$provisioned

@"
Next:
  - Ask your own store:      Get-UserTokenUsage -Database PATH -Last 7d -ComparePrevious
  - By hand:                 in Grafana choose Dashboards > New > Import and upload a .json file of the dashboards folder.
  - By script, every time:   Publish-GrafanaDashboard -Url https://grafana.example.org -Token (Read-Host -AsSecureString) -Database PATH
  - By Grafana's own files:  let Grafana's provisioning folder be $OutputPath/grafana and restart it.
  - Help:                    Get-Help Get-TokenUsage -Examples
"@
