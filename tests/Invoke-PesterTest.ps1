#Requires -Version 7.4
<#
.SYNOPSIS
    Runs the Pester tests against the staged module, in the PowerShell that runs this script.
.DESCRIPTION
    dotnet test runs them all by itself; this is for one file, another PowerShell or another Pester. The last line is "Pester: N passed,
    N failed", and the exit code is 1 when a test failed.
.PARAMETER Path
    Files or folders of tests. Without it, all.
.PARAMETER Pester
    The Pester to run them with: the path of its manifest. Without it, the newest that is installed; 5.7 and all later versions will do.
.PARAMETER OutputPath
    A file for the results: JSON with name, result and message of each test.
.EXAMPLE
    ./tests/Invoke-PesterTest.ps1 ./tests/Get-TokenUsage.Tests.ps1
#>
[CmdletBinding()]
param(
    [string[]] $Path = $PSScriptRoot,
    [string] $Pester,
    [string] $OutputPath
)

$ErrorActionPreference = 'Stop'
if ($Pester) {
    Import-Module $Pester
}
else {
    Import-Module Pester -MinimumVersion 5.7
}

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$result = Invoke-Pester -Configuration $configuration

function Get-Message($Errors) {
    ($Errors | ForEach-Object { "$($_.DisplayErrorMessage)`n$($_.DisplayStackTrace)" }) -join "`n"
}

# A file that cannot be read and a block that cannot be set up fail by themselves, also where they have no test.
$results = @(
    $result.Tests | ForEach-Object { @{ Name = $_.ExpandedPath; Result = "$($_.Result)"; Message = (Get-Message $_.ErrorRecord) } }
    $result.FailedBlocks | ForEach-Object { @{ Name = "$($_.ExpandedPath) (set-up)"; Result = 'Failed'; Message = (Get-Message $_.ErrorRecord) } }
    $result.FailedContainers | ForEach-Object { @{ Name = "$_"; Result = 'Failed'; Message = (Get-Message $_.ErrorRecord) } }
)
if ($OutputPath) {
    ConvertTo-Json $results | Set-Content $OutputPath
}
$failed = @($results | Where-Object Result -EQ Failed).Count
"Pester: $($result.PassedCount) passed, $failed failed"
exit [int] ($failed -gt 0)
