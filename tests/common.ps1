# Dot-sourced by BeforeAll of the test files: imports the module under test and defines functions that several files need.

# tokendash has loaded its own copy.
$hosted = [Reflection.Assembly]::GetEntryAssembly().GetName().Name -eq 'tokendash' ? (Get-Module TokenDashboard).ModuleBase : $null
$modulePath = (Resolve-Path ($env:TOKENDASHBOARD_MODULE ? $env:TOKENDASHBOARD_MODULE : $hosted ?? "$PSScriptRoot/../artifacts/module/TokenDashboard")).Path
if (Get-Module TokenDashboard | Where-Object ModuleBase -NE $modulePath) {
    throw 'Another copy of TokenDashboard is imported. Run the tests in a new PowerShell process.'
}
Import-Module $modulePath
$assembly = (Get-Command Get-TokenStore).ImplementingType.Assembly.Location
if (-not $assembly.StartsWith($modulePath)) {
    throw "This PowerShell has already loaded '$assembly'. Run the tests in a new PowerShell process."
}

# Settings of the user or the machine must not affect tests. A proxy would also receive the requests to test servers.
foreach ($name in 'TOKENDASHBOARD_DATABASE', 'OBSERVICIA_CONFIG_FILE', 'GRAFANA_URL', 'GRAFANA_TOKEN', 'CLICKHOUSE_USER', 'CLICKHOUSE_PASSWORD',
    'HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy') {
    [Environment]::SetEnvironmentVariable($name, $null)
}
$env:TOKENDASHBOARD_PRICES = $TestDrive

# Creates a store in $TestDrive with several hundred requests over ten days, until 31 October 2026, and returns its path.
function Get-SampleStore([string] $Name = 'sample.db', [int] $Seed = 3) {
    (New-TokenStore (Join-Path $TestDrive $Name) -Sample -Days 10 -RequestsPerDay 100 -Seed $Seed -Until 2026-11-01T00:00Z).Database
}

# Returns the texts that tab completion offers at the end of a line. A completer stops at its time limit and can return partial results, so try again on a busy machine.
function Complete([string] $Line) {
    for ($attempt = 1; $true; $attempt++) {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $offered = [Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches.CompletionText
        if ($watch.ElapsedMilliseconds -lt 150 -or $attempt -eq 3) {
            return $offered
        }
    }
}

# Returns the lines that a window of the given width shows for objects. The invariant culture makes numbers look the same everywhere.
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

# Returns a local address that nothing listens on. A bound socket that does not listen reserves the port.
function Get-ClosedUrl {
    $socket = [Net.Sockets.Socket]::new('InterNetwork', 'Stream', 'Tcp')
    $socket.Bind([Net.IPEndPoint]::new([Net.IPAddress]::Loopback, 0))
    $url = "http://127.0.0.1:$($socket.LocalEndPoint.Port)"
    [AppDomain]::CurrentDomain.SetData($url, $socket)
    $url
}

# Starts the helper program of the tests, which ends when this process ends.
function Start-SecondProcess([string[]] $Arguments) {
    $program = Get-Item (Join-Path $PSScriptRoot TokenDashboard.SecondProcess bin * net10.0 TokenDashboard.SecondProcess.dll) -ErrorAction Ignore |
        Sort-Object LastWriteTime | Select-Object -Last 1
    if (-not $program) {
        throw 'The helper program of the tests is missing. Build it: dotnet build'
    }
    $start = [Diagnostics.ProcessStartInfo]::new($env:DOTNET_HOST_PATH ? $env:DOTNET_HOST_PATH : 'dotnet')
    $program.FullName, $Arguments | ForEach-Object { $_ } | ForEach-Object { $start.ArgumentList.Add($_) }
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    # An older PowerShell runs on an older .NET, which child processes would use.
    $null = $start.Environment.Remove('DOTNET_ROOT')
    [Diagnostics.Process]::Start($start)
}

# Starts ClickHouse from the library that TOKENDASHBOARD_TEST_CLICKHOUSE names.
function Start-ClickHouse {
    $process = Start-SecondProcess clickhouse, $env:TOKENDASHBOARD_TEST_CLICKHOUSE, (Join-Path $TestDrive clickhouse), 0
    $port = $process.StandardOutput.ReadLine() -replace '^ready '
    [pscustomobject] @{ Process = $process; Address = "clickhouse://127.0.0.1:$port/default" }
}

# Starts a fake Grafana server without dashboards and connects to it. It ends with Stop-Grafana, or when this process ends.
function Start-Grafana([string] $Name = 'default') {
    $process = Start-SecondProcess grafana
    $url, $token, $user, $password = $process.StandardOutput.ReadLine() -split ' '
    $secret = ConvertTo-SecureString $token -AsPlainText
    $null = Connect-Grafana $url -Token $secret -Name $Name
    [pscustomobject] @{
        Process    = $process
        Url        = $url
        Token      = $secret
        PlainToken = $token
        Credential = [pscredential]::new($user, (ConvertTo-SecureString $password -AsPlainText))
    }
}

function Stop-Grafana {
    Disconnect-Grafana -All
    foreach ($server in $input) {
        $server.Process.StandardInput.Close()
        $server.Process.WaitForExit()
    }
}

# Sends a request to the fake server as a browser would.
function Invoke-Grafana($Grafana, [string] $Path, $Body) {
    $request = @{ Uri = $Grafana.Url.TrimEnd('/') + $Path; Authentication = 'Basic'; Credential = $Grafana.Credential; AllowUnencryptedAuthentication = $true }
    if ($Body) {
        $request += @{ Method = 'Post'; ContentType = 'application/json'; Body = ConvertTo-Json $Body -Depth 99 }
    }
    Invoke-RestMethod @request
}

# Changes a dashboard and saves it as a user does in the browser.
function Edit-InBrowser($Grafana, [string] $Uid, [scriptblock] $Change) {
    $stored = Invoke-Grafana $Grafana "/api/dashboards/uid/$Uid"
    $null = $stored.dashboard | ForEach-Object $Change
    $stored.dashboard.PSObject.Properties.Remove('id')
    $null = Invoke-Grafana $Grafana /api/dashboards/db @{ dashboard = $stored.dashboard; folderUid = $stored.meta.folderUid }
}

# Creates the file of a dashboard with one panel.
function New-DashboardFile([string] $Uid, [string[]] $Tag = @()) {
    $file = Join-Path $TestDrive "$Uid.json"
    @{ uid = $Uid; title = "The $Uid"; tags = $Tag; refresh = '1m'; schemaVersion = 39; panels = @(@{ id = 1; type = 'stat'; title = 'Total' }) } |
        ConvertTo-Json -Depth 9 | Set-Content $file
    $file
}
