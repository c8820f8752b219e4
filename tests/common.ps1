# Dot-sourced by BeforeAll of the test files: imports the module under test and brings what several files need.

# tokendash has loaded its own copy.
$hosted = [Reflection.Assembly]::GetEntryAssembly().GetName().Name -eq 'tokendash' ? (Get-Module TokenDashboard).ModuleBase : $null
$modulePath = (Resolve-Path ($env:TOKENDASHBOARD_MODULE ? $env:TOKENDASHBOARD_MODULE : $hosted ?? "$PSScriptRoot/../artifacts/module/TokenDashboard")).Path
if (Get-Module TokenDashboard | Where-Object ModuleBase -NE $modulePath) {
    throw 'Another copy of TokenDashboard is imported. Run the tests in a PowerShell of their own.'
}
Import-Module $modulePath
$assembly = (Get-Command Get-TokenStore).ImplementingType.Assembly.Location
if (-not $assembly.StartsWith($modulePath)) {
    throw "This PowerShell has loaded '$assembly' before. Run the tests in a PowerShell of their own."
}

# What a person or a machine has set for other work must not answer for a test. A proxy would also be asked for the servers of tests.
foreach ($name in 'TOKENDASHBOARD_DATABASE', 'OBSERVICIA_CONFIG_FILE', 'GRAFANA_URL', 'GRAFANA_TOKEN', 'CLICKHOUSE_USER', 'CLICKHOUSE_PASSWORD',
    'HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy') {
    [Environment]::SetEnvironmentVariable($name, $null)
}
$env:TOKENDASHBOARD_PRICES = $TestDrive

# The path of a new store in $TestDrive with some hundred requests of ten days, the last of them on 31 October 2026.
function Get-SampleStore([string] $Name = 'sample.db', [int] $Seed = 3) {
    (New-TokenStore (Join-Path $TestDrive $Name) -Sample -Days 10 -RequestsPerDay 100 -Seed $Seed -Until 2026-11-01T00:00Z).Database
}

# The texts tab completion offers at the end of a line. A completer ends when its time is over, and then may offer only some: on a busy machine it is asked again.
function Complete([string] $Line) {
    for ($time = 1; $true; $time++) {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $offered = [Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches.CompletionText
        if ($watch.ElapsedMilliseconds -lt 150 -or $time -eq 3) {
            return $offered
        }
    }
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

# The address of a port of this machine that nothing listens on. A socket keeps it that does not listen, so that nobody else will.
function Get-ClosedUrl {
    $socket = [Net.Sockets.Socket]::new('InterNetwork', 'Stream', 'Tcp')
    $socket.Bind([Net.IPEndPoint]::new([Net.IPAddress]::Loopback, 0))
    $url = "http://127.0.0.1:$($socket.LocalEndPoint.Port)"
    [AppDomain]::CurrentDomain.SetData($url, $socket)
    $url
}

# Starts the program beside the tests, which ends when this process is gone.
function Start-SecondProcess([string[]] $Arguments) {
    $program = Get-Item (Join-Path $PSScriptRoot TokenDashboard.SecondProcess bin * net10.0 TokenDashboard.SecondProcess.dll) -ErrorAction Ignore |
        Sort-Object LastWriteTime | Select-Object -Last 1
    if (-not $program) {
        throw 'The program beside the tests is missing. Build it: dotnet build'
    }
    $start = [Diagnostics.ProcessStartInfo]::new($env:DOTNET_HOST_PATH ? $env:DOTNET_HOST_PATH : 'dotnet')
    $program.FullName, $Arguments | ForEach-Object { $_ } | ForEach-Object { $start.ArgumentList.Add($_) }
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    # An earlier PowerShell runs on an earlier .NET, which its processes would look for.
    $null = $start.Environment.Remove('DOTNET_ROOT')
    [Diagnostics.Process]::Start($start)
}

# Starts the ClickHouse that TOKENDASHBOARD_TEST_CLICKHOUSE is the library of.
function Start-ClickHouse {
    $process = Start-SecondProcess clickhouse, $env:TOKENDASHBOARD_TEST_CLICKHOUSE, (Join-Path $TestDrive clickhouse), 0
    $port = $process.StandardOutput.ReadLine() -replace '^ready '
    [pscustomobject] @{ Process = $process; Address = "clickhouse://127.0.0.1:$port/default" }
}

# Starts a stand-in for a Grafana without dashboards and connects to it. It ends with Stop-Grafana, and by itself when this process is gone.
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

# Asks the stand-in as a browser would.
function Invoke-Grafana($Grafana, [string] $Path, $Body) {
    $request = @{ Uri = $Grafana.Url.TrimEnd('/') + $Path; Authentication = 'Basic'; Credential = $Grafana.Credential; AllowUnencryptedAuthentication = $true }
    if ($Body) {
        $request += @{ Method = 'Post'; ContentType = 'application/json'; Body = ConvertTo-Json $Body -Depth 99 }
    }
    Invoke-RestMethod @request
}

# Saves a dashboard with a change as a person does in the browser.
function Edit-InBrowser($Grafana, [string] $Uid, [scriptblock] $Change) {
    $stored = Invoke-Grafana $Grafana "/api/dashboards/uid/$Uid"
    $null = $stored.dashboard | ForEach-Object $Change
    $stored.dashboard.PSObject.Properties.Remove('id')
    $null = Invoke-Grafana $Grafana /api/dashboards/db @{ dashboard = $stored.dashboard; folderUid = $stored.meta.folderUid }
}

# A dashboard's file with one panel.
function New-DashboardFile([string] $Uid, [string[]] $Tag = @()) {
    $file = Join-Path $TestDrive "$Uid.json"
    @{ uid = $Uid; title = "The $Uid"; tags = $Tag; refresh = '1m'; schemaVersion = 39; panels = @(@{ id = 1; type = 'stat'; title = 'Total' }) } |
        ConvertTo-Json -Depth 9 | Set-Content $file
    $file
}
