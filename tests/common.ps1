# Dot-sourced by BeforeAll of the test files: imports the module under test and brings what several files need.

$modulePath = (Resolve-Path ($env:TOKENDASHBOARD_MODULE ? $env:TOKENDASHBOARD_MODULE : "$PSScriptRoot/../artifacts/module/TokenDashboard")).Path
if (Get-Module TokenDashboard | Where-Object ModuleBase -NE $modulePath) {
    throw 'Another copy of TokenDashboard is imported. Run the tests in a PowerShell of their own.'
}
Import-Module $modulePath
$assembly = (Get-Command Get-TokenStore).ImplementingType.Assembly.Location
if (-not $assembly.StartsWith($modulePath)) {
    throw "This PowerShell has loaded '$assembly' before. Run the tests in a PowerShell of their own."
}

# What a person has set for their own work must not answer for a test.
foreach ($name in 'TOKENDASHBOARD_DATABASE', 'OBSERVICIA_CONFIG_FILE', 'GRAFANA_URL', 'GRAFANA_TOKEN') {
    [Environment]::SetEnvironmentVariable($name, $null)
}

# The path of a new store in $TestDrive with some hundred requests of ten days, the last of them on 31 October 2026.
function Get-SampleStore([string] $Name = 'sample.db', [int] $Seed = 3) {
    (New-TokenStore (Join-Path $TestDrive $Name) -Sample -Days 10 -RequestsPerDay 100 -Seed $Seed -Until 2026-11-01T00:00Z).Database
}

# The texts tab completion offers at the end of a line.
function Complete([string] $Line) {
    [Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches.CompletionText
}

# The lines a window of some width shows of objects, in a culture of its own so that figures look the same everywhere.
function Get-Display([int] $Width) {
    $rendering = $PSStyle.OutputRendering
    $culture = [cultureinfo]::CurrentCulture
    try {
        $PSStyle.OutputRendering = 'PlainText'
        [cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture
        ($input | Out-String -Width $Width).Trim("`r", "`n") -split '\r?\n' | ForEach-Object TrimEnd
    }
    finally {
        $PSStyle.OutputRendering = $rendering
        [cultureinfo]::CurrentCulture = $culture
    }
}

# The address of a port of this machine that nothing listens on.
function Get-ClosedUrl {
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    "http://127.0.0.1:$($listener.LocalEndpoint.Port)"
    $listener.Stop()
}
