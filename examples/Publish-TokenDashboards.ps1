<#
.SYNOPSIS
    Publishes dashboards from a timer: one line of log for each thing that changed or failed, and an exit code.
.DESCRIPTION
    Address and token come from the environment variables GRAFANA_URL and GRAFANA_TOKEN, so neither stands in a command line or a log.
    Uses only commands the bare engine of tokendash has, so it runs in tokendash and in PowerShell alike:

        tokendash -File Publish-TokenDashboards.ps1 -Folder LLM
        pwsh -NoProfile -File Publish-TokenDashboards.ps1 -Path /srv/dashboards/*.json -BackupPath /var/backups/grafana

    Exit codes: 0 everything is as it should be, changed or not; 2 some dashboards failed, the others are published; 3 the server cannot
    be reached or takes nothing, so the run ended there. The next run goes on where this one ended.
.PARAMETER Path
    Dashboard files, with wildcards. Without it, the dashboards of this module.
.PARAMETER Folder
    The folder in Grafana; without it dashboards stay where they are.
.PARAMETER Database
    The store's path as the Grafana server sees it; without it the data source is used as it is.
.PARAMETER BackupPath
    The folder that gets what is overwritten.
.PARAMETER Force
    Overwrites what others changed in Grafana.
.PARAMETER TimeoutSec
    How many seconds one request may take, its retries included.
#>
param(
    [string[]] $Path,
    [string] $Folder,
    [string] $Database,
    [string] $BackupPath,
    [switch] $Force,
    [int] $TimeoutSec = 30
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Command Publish-GrafanaDashboard -ErrorAction Ignore)) {
    Import-Module TokenDashboard
}

# Messages may have line breaks; a line of the log is one event.
function Format-Event([string] $Text) {
    [DateTime]::UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'") + ' ' + ($Text -replace '\s+', ' ')
}

function Get-ErrorId($Record) {
    $Record.FullyQualifiedErrorId.Split(',')[0]
}

$publish = @{ Force = $Force; TimeoutSec = $TimeoutSec; ErrorAction = 'Continue' }
foreach ($name in 'Path', 'Folder', 'Database', 'BackupPath') {
    if ($PSBoundParameters[$name]) { $publish[$name] = $PSBoundParameters[$name] }
}

$count = @{ Created = 0; Updated = 0; Unchanged = 0; Failed = 0 }
try {
    # Errors and warnings come with the results, so that the log has them in the order they happened.
    Publish-GrafanaDashboard @publish 2>&1 3>&1 | ForEach-Object {
        if ($_ -is [Management.Automation.ErrorRecord]) {
            $count.Failed++
            Format-Event "Error $(Get-ErrorId $_): $_"
        }
        elseif ($_ -is [Management.Automation.WarningRecord]) {
            Format-Event "Warning: $_"
        }
        elseif ($_.Action -eq 'Conflict') {
            # The error that follows says why.
        }
        else {
            $count["$($_.Action)"]++
            if ($_.Action -ne 'Unchanged') { Format-Event "$($_.Action) $($_.Kind) '$($_.Name)'" }
        }
    }
}
catch {
    Format-Event "Ended $(Get-ErrorId $_): $_"
    exit 3
}
Format-Event "Done: $($count.Created) created, $($count.Updated) updated, $($count.Unchanged) unchanged, $($count.Failed) failed"
if ($count.Failed) { exit 2 }
exit 0
