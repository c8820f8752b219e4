# Run by Culture.Tests.ps1: writes the results of many commands in a culture to a file.
param($Culture, $Module, $Database, $Requests, $Target, $File)
$ErrorActionPreference = 'Stop'
$WarningPreference = 'SilentlyContinue'
[cultureinfo]::CurrentCulture = $Culture
Import-Module $Module
$folder = Join-Path (Split-Path $File) "work-$Culture"
$store = Join-Path $folder store.db
$env:TOKENDASHBOARD_PRICES = (New-Item $folder -ItemType Directory).FullName
Copy-Item $Database $store
# West of UTC, so that offsets are negative.
$zone = 'America/St_Johns'

function Get-QueryResult {
    $query = @{ Database = $store; TimeZone = $zone }
    Get-TokenUsage @query
    Get-TokenUsage Hour, User @query
    Get-TokenUsage Day @query -Fill -PriceAt 2026-10-01
    Get-TokenUsage Transaction @query -First 3 -MinTokens 10
    Get-TokenUsage Session, Weekday @query -Total -Since 2026-10-25T00:10
    Get-UserTokenUsage @query -ComparePrevious -Since 2026-10-27 -Until 2026-10-30T00:00:01
    Get-UserTokenUsage @query -Per Week
    Get-UserTokenUsage @query -Pattern
    Get-TokenRequest @query -First 5 -Since 2026-10-24
    Measure-TokenUsage @query -Since 2026-10-20 -Until 2026-11-01
    $report = Join-Path $folder report.html
    New-TokenReport $report @query -Since 2026-10-20 -Until 2026-11-01 -Force
    [IO.File]::ReadAllText($report)
    Get-TokenUsage @query -User nobody -WarningAction Continue 3>&1 | ForEach-Object Message
}

function Get-Finding([string] $From) {
    Test-GrafanaDashboard -Database $From -Since 2026-10-20T00:00Z -Until 2026-11-01T00:00Z -TimeZone $zone |
        Select-Object Dashboard, Panel, Rule, Severity, Rows
}

$results = & {
    (Optimize-TokenStore $store).AddedRequests
    (Remove-TokenUsage 2026-10-24T00:00Z -Database $store -Confirm:$false).RemovedRequests
    (Import-TokenUsage $Requests -Database $store).Added
    $null = Optimize-TokenStore $store -Rebuild -Verify
    (Test-TokenStore $store).Result
    (Get-TokenStore $store).Rollups
    Get-QueryResult
    New-GrafanaDashboard -TimeZone $zone | ForEach-Object ToJson
    New-GrafanaDashboard -Engine ClickHouse | ForEach-Object ToJson
    Get-Finding $store
    if ($Target) {
        $null = Sync-TokenStore $Target $store -Source "store-$Culture"
        $query = @{ Database = $Target; Source = "store-$Culture"; TimeZone = $zone }
        Get-TokenUsage Day, User @query -Since 2026-10-25T00:10
        Get-TokenUsage Hour @query
        Get-TokenRequest @query -First 5
    }
} | ConvertTo-Json -Depth 4
# The speed of the machine determines how sums are split into parts, which affects the last digits of a mean.
$results = [regex]::Replace($results, '[0-9]+\.[0-9]{9,}', { [math]::Round([double] $args[0].Value, 7).ToString([cultureinfo]::InvariantCulture) })
Set-Content $File ($results.Replace("work-$Culture", 'work').Replace("store-$Culture", 'store'))
