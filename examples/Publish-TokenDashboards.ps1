<#
.SYNOPSIS
    Publishes dashboards and alert rules from a timer. Writes a log line for each change or failure, and sets an exit code.
.DESCRIPTION
    The environment variables GRAFANA_URL and GRAFANA_TOKEN contain address and token, so that neither is in a command line or a log.
    The script runs in tokendash and in PowerShell 7.4 or later. In a clone, run dotnet build first:

        tokendash -File Publish-TokenDashboards.ps1 -Folder LLM
        pwsh -NoProfile -File Publish-TokenDashboards.ps1 -Path '/srv/dashboards/*.json' -AlertRule '/srv/rules/*.json' -BackupPath /var/backups/grafana

    Exit codes: 0: everything is published, or was up to date. 2: some items failed, the others are published. 3: the server cannot be
    reached or refuses all writes, and the run stopped. 4: the module is not installed, and nothing was published. The next run continues
    where this one stopped. PowerShell exits with 1 if it cannot run the script, for example because of an unknown parameter, or because
    a shell expanded wildcards without quotes to several files.
.PARAMETER Path
    Dashboard files, with wildcards. The default is the dashboards of this module.
.PARAMETER AlertRule
    Files of alert rules for Publish-GrafanaAlertRule, with wildcards. The default is no alert rules.
.PARAMETER Folder
    The folder in Grafana. By default, dashboards and alert rules stay in their folders.
.PARAMETER Database
    The store's path as the Grafana server sees it. By default, the data source is not changed.
.PARAMETER Store
    The store on this machine. Its rollups are refreshed before dashboards are published.
.PARAMETER BackupPath
    The folder for backups of overwritten dashboards.
.PARAMETER Force
    Overwrites changes made in Grafana.
.PARAMETER TimeoutSec
    The time limit of a request with its retries, in seconds. The script waits equally long for a server that is not available yet.
#>
[CmdletBinding(PositionalBinding = $false)]
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
# Messages can have line breaks; a log line is one event.
function Format-Event([string] $Text) {
    (Get-Date -AsUTC -Format "yyyy-MM-dd'T'HH:mm:ss'Z'") + ' ' + ($Text -replace '\s+', ' ')
}

function Get-ErrorId($Record) {
    $Record.FullyQualifiedErrorId.Split(',')[0]
}

if (-not (Get-Command Publish-GrafanaDashboard -ErrorAction Ignore)) {
    # In a clone, the build writes the module to this folder.
    try { Import-Module (Join-Path $PSScriptRoot .. artifacts module TokenDashboard) }
    catch {
        Format-Event 'Ended ModuleNotFound: The module TokenDashboard is neither installed nor built. Run Install-PSResource TokenDashboard, or dotnet build in a clone.'
        exit 4
    }
}

$count = @{ Created = 0; Updated = 0; Unchanged = 0; Failed = 0; Forbidden = 0 }

# Formats results, errors and warnings in their order.
filter Format-Result {
    if ($_ -is [Management.Automation.ErrorRecord]) {
        $count.Failed++
        if ((Get-ErrorId $_) -eq 'GrafanaForbidden') { $count.Forbidden++ }
        Format-Event "Error $(Get-ErrorId $_): $_"
    }
    elseif ($_ -is [Management.Automation.WarningRecord]) {
        Format-Event "Warning: $_"
    }
    # The error that follows a conflict has the details.
    elseif ($null -ne $_.Action -and $_.Action -ne 'Conflict') {
        # An error follows each failure, and is counted.
        if ($_.Action -ne 'Failed') { $count["$($_.Action)"]++ }
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
    # Without current rollups, dashboards are slower, but correct.
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
# For an account without permissions, each write is refused separately.
if ($count.Forbidden -and $count.Forbidden -eq $count.Failed -and -not ($count.Created + $count.Updated)) {
    Format-Event 'Ended GrafanaForbidden: The server refused all writes; the errors name the missing permissions.'
    exit 3
}
if ($count.Failed) { exit 2 }
exit 0
