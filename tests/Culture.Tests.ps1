<#
    Runs the commands in cultures with another minus sign (sv-SE), and with other digits, separators and years (ar-SA). Each culture has a
    separate process, because some SQL is generated only once per process.
#>
BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/process.ps1"
    $database = Get-SampleStore
    $requests = Join-Path $TestDrive requests.csv
    Get-TokenRequest -Database $database | Select-Object -First 50 Timestamp, User, Model, Provider, PromptTokens, CompletionTokens, DurationMs | Export-Csv $requests
    $engine = $env:TOKENDASHBOARD_TEST_CLICKHOUSE -and (Test-Path $env:TOKENDASHBOARD_TEST_CLICKHOUSE) ? (Start-ClickHouse) : $null

    # Returns the results of the commands in a culture, as text.
    function Get-Result([string] $Culture) {
        $file = Join-Path $TestDrive "results-$Culture.json"
        $target = $engine ? $engine.Address : ''
        Invoke-PowerShell -File "$PSScriptRoot/culture.ps1" $Culture $modulePath $database $requests $target $file | Should -BeNullOrEmpty
        Get-Content $file -Raw
    }
    $expected = Get-Result en-US
}

AfterAll {
    if ($engine) {
        $engine.Process.Kill()
    }
}

Describe 'The culture' {
    It 'changes no results: <_>' -ForEach sv-SE, ar-SA {
        Get-Result $_ | Should -Be $expected
    }
}
