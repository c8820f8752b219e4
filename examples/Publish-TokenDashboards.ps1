<#
.SYNOPSIS
    Publishes dashboards and alert rules from a timer: one line of log for each thing that changed or failed, and an exit code.
.DESCRIPTION
    Address and token come from the environment variables GRAFANA_URL and GRAFANA_TOKEN, so neither stands in a command line or a log.
    It runs in tokendash and in any PowerShell from 7.4 on; in a clone after dotnet build:

        tokendash -File Publish-TokenDashboards.ps1 -Folder LLM
        pwsh -NoProfile -File Publish-TokenDashboards.ps1 -Path /srv/dashboards/*.json -AlertRule /srv/rules/*.json -BackupPath /var/backups/grafana

    Exit codes: 0 everything is as it should be, changed or not; 2 some things failed, the others are published; 3 the server cannot
    be reached or takes nothing, so the run ended there; 4 the module is not there, so nothing was tried. The next run goes on where
    this one ended. PowerShell itself ends with 1 where it cannot run the script, as with a parameter that there is not.
.PARAMETER Path
    Dashboard files, with wildcards. Without it, the dashboards of this module.
.PARAMETER AlertRule
    Files of alert rules as Publish-GrafanaAlertRule reads them, with wildcards. Without it, no alert rules.
.PARAMETER Folder
    The folder in Grafana; without it dashboards and alert rules stay where they are.
.PARAMETER Database
    The store's path as the Grafana server sees it; without it the data source is used as it is.
.PARAMETER Store
    The store on this machine, to bring the sums up to date that make its dashboards fast, before anything is published.
.PARAMETER BackupPath
    The folder that gets the dashboards that are overwritten.
.PARAMETER Force
    Overwrites what others changed in Grafana.
.PARAMETER TimeoutSec
    How many seconds one request may take, its retries included. A server that does not answer yet is waited for as long.
#>
param(
    [string[]] $Path,
    [string[]] $AlertRule,
    [string] $Folder,
    [string] $Database,
    [string] $Store,
    [string] $BackupPath,
    [switch] $Force,
    [int] $TimeoutSec = 30
)

$ErrorActionPreference = 'Stop'
# Messages may have line breaks; a line of the log is one event.
function Format-Event([string] $Text) {
    (Get-Date -AsUTC -Format "yyyy-MM-dd'T'HH:mm:ss'Z'") + ' ' + ($Text -replace '\s+', ' ')
}

function Get-ErrorId($Record) {
    $Record.FullyQualifiedErrorId.Split(',')[0]
}

if (-not (Get-Command Publish-GrafanaDashboard -ErrorAction Ignore)) {
    # In a clone the build leaves it there.
    try { Import-Module (Join-Path $PSScriptRoot .. artifacts module TokenDashboard) }
    catch {
        Format-Event 'Ended ModuleNotFound: The module TokenDashboard is neither installed nor built. Run Install-PSResource TokenDashboard, or dotnet build in a clone.'
        exit 4
    }
}

$count = @{ Created = 0; Updated = 0; Unchanged = 0; Failed = 0; Forbidden = 0 }

# Takes results, and errors and warnings between them, so that the log has all in the order they happened.
filter Format-Result {
    if ($_ -is [Management.Automation.ErrorRecord]) {
        $count.Failed++
        if ((Get-ErrorId $_) -eq 'GrafanaForbidden') { $count.Forbidden++ }
        Format-Event "Error $(Get-ErrorId $_): $_"
    }
    elseif ($_ -is [Management.Automation.WarningRecord]) {
        Format-Event "Warning: $_"
    }
    # The error that follows a conflict says why.
    elseif ($null -ne $_.Action -and $_.Action -ne 'Conflict') {
        $count["$($_.Action)"]++
        if ($_.Action -ne 'Unchanged') { Format-Event "$($_.Action) $($_.Kind) '$($_.Name)'" }
    }
}

$publish = @{ Force = $Force; ErrorAction = 'Continue' }
if ($Folder) { $publish.Folder = $Folder }
$dashboard = @{}
foreach ($name in 'Path', 'Database', 'BackupPath') {
    if ($PSBoundParameters[$name]) { $dashboard[$name] = $PSBoundParameters[$name] }
}

if ($Store) {
    # Dashboards without up-to-date sums are slow, not wrong.
    try { Optimize-TokenStore -Database $Store 3>&1 | Format-Result }
    catch { $_ | Format-Result }
}
try {
    $publish.Connection = Connect-Grafana -TimeoutSec $TimeoutSec -WaitForServer -WarningAction SilentlyContinue -WarningVariable warnings
    $warnings | Format-Result
    Publish-GrafanaDashboard @publish @dashboard 2>&1 3>&1 | Format-Result
    if ($AlertRule) { Publish-GrafanaAlertRule $AlertRule @publish 2>&1 3>&1 | Format-Result }
}
catch {
    Format-Event "Ended $(Get-ErrorId $_): $_"
    exit 3
}
Format-Event "Done: $($count.Created) created, $($count.Updated) updated, $($count.Unchanged) unchanged, $($count.Failed) failed"
# Of an account that may write nothing each thing is refused by itself.
if ($count.Forbidden -and $count.Forbidden -eq $count.Failed -and -not ($count.Created + $count.Updated)) {
    Format-Event 'Ended GrafanaForbidden: Everything that was to be written was refused; the errors name the permissions it takes.'
    exit 3
}
if ($count.Failed) { exit 2 }
exit 0
