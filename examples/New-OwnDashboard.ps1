<#
.SYNOPSIS
    Creates a dashboard from a hash table, tests it with a store, and writes it to a file.
.DESCRIPTION
    Use this script as a template: change the definition below. docs/dashboard-definitions.md lists all keys. The script runs in tokendash
    and in PowerShell 7.4 or later. In a clone, run dotnet build first:

        dotnet run --project src/TokenDashboard.Host -- -File examples/New-OwnDashboard.ps1
        pwsh examples/New-OwnDashboard.ps1 -Database /path/to/observicia.db -Path ./dashboards

    If the dashboard has a problem, nothing is written and the exit code is 1.
.PARAMETER Database
    An Observicia store. By default, a sample store of 30 days is created in a temporary folder.
.PARAMETER Path
    The folder to write to, or a file that ends in .json.
#>
[CmdletBinding(PositionalBinding = $false)]
param(
    [string] $Database,
    [string] $Path = './out'
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Command New-GrafanaDashboard -ErrorAction Ignore)) {
    Import-Module (Join-Path $PSScriptRoot .. artifacts module TokenDashboard)
}

if (-not $Database) {
    $folder = [IO.Directory]::CreateTempSubdirectory('tokendashboard-').FullName
    $Database = (New-TokenStore (Join-Path $folder sample.db) -Sample -Days 30).Database
}

# ${usage:raw} is a relation of the requests in the time range that match the variables above the panels. In single quotes, PowerShell
# does not expand Grafana's dollar signs.
$definition = @{
    title       = 'Assistants'
    description = 'The usage of two assistants, compared with their limits.'
    tags        = 'tokendashboard', 'assistants'
    from        = 'now-30d'
    refresh     = '15m'
    variables   = @(
        'user'
        @{ name = 'limit'; label = 'Tokens a day'; description = 'The maximum of the gauge.'; choices = [ordered] @{ '1 million' = 1000000; '5 million' = 5000000 } }
    )
    panels      = @(
        @{
            type        = 'stat'
            title       = 'Use'
            description = 'Tokens and requests of the time range.'
            width       = 8
            height      = 6
            sql         = 'SELECT SUM(total_tokens) AS "Tokens", SUM(requests) AS "Requests" FROM ${usage:raw}'
        }
        @{
            type        = 'gauge'
            title       = 'Tokens a day'
            description = 'The daily mean of the time range, as a fraction of the selected limit.'
            width       = 8
            height      = 6
            sql         = 'SELECT SUM(total_tokens) * 86400.0 / ($__to / 1000 - $__from / 1000) / ${limit:raw} AS "Part of the limit" FROM ${usage:raw}'
            unit        = 'percentunit'
            max         = 1
            thresholds  = @{ 0 = 'green'; 0.8 = 'yellow'; 1 = 'red' }
        }
        @{
            type        = 'piechart'
            title       = 'Models'
            description = 'Total tokens of each model.'
            height      = 6
            sql         = 'SELECT model AS "Model", SUM(total_tokens) AS "Tokens" FROM ${usage:raw} GROUP BY model ORDER BY SUM(total_tokens) DESC LIMIT 10'
        }
        @{
            type        = 'timeseries'
            title       = 'Tokens by request type'
            description = 'Total tokens of each bucket, stacked.'
            width       = 24
            bars        = $true
            stacked     = $true
            legend      = @{ placement = 'Right'; calculations = 'Sum', 'Maximum'; sortBy = 'Sum' }
            sql         = @'
                SELECT time, request_type AS type, SUM(total_tokens) AS tokens
                FROM ${usage_over_time:raw}
                GROUP BY time, request_type
                ORDER BY time
'@
        }
    )
    sections    = @(
        @{
            title     = 'The most expensive requests'
            collapsed = $true
            panels    = @{
                type        = 'table'
                title       = 'Largest requests'
                description = 'The 50 requests with the most tokens. Click a transaction to show it in the requests dashboard.'
                unit        = 'locale'
                sql         = @'
                    SELECT timestamp AS time, user AS "User", model AS "Model", total_tokens AS "Tokens", duration_ms AS "Duration",
                      transaction_id AS "Transaction"
                    FROM ${requests:raw}
                    ORDER BY total_tokens DESC, id
                    LIMIT 50
'@
                overrides   = @(
                    @{ column = 'Duration'; unit = 'ms' }
                    @{ column = 'Tokens'; cell = 'Bar'; min = 0; color = 'blue' }
                    @{
                        column    = 'Transaction'
                        dataLinks = @{ title = 'Show it'; url = '/d/tokendashboard-requests?${__url_time_range}&var-transaction=${__data.fields.Transaction:percentencode}' }
                    }
                )
            }
        }
    )
}

$dashboard = New-GrafanaDashboard -Definition $definition
$faults = Test-GrafanaDashboard -InputObject $dashboard -Database $Database -Severity Warning
if ($faults) {
    $faults
    exit 1
}
$file = New-GrafanaDashboard -Definition $definition -Path $Path -PassThru
"$($dashboard.Title): $($dashboard.Panels) panels, all queries succeeded. Written: $file"
