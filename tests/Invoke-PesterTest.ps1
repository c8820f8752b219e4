<#
.SYNOPSIS
    Runs the Pester tests against the staged module, in the PowerShell that runs this script.
.DESCRIPTION
    The last line is "Pester: N passed, N failed", or says that the tests were left out because Pester 5 or later is not installed.
    The exit code is 1 when a test failed.
.PARAMETER OutputPath
    A file for the results in NUnit's form.
#>
[CmdletBinding()]
param(
    [string] $OutputPath
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module Pester -ListAvailable | Where-Object Version -ge '5.0')) {
    'Pester 5 or later is not installed: the Pester tests were left out.'
    exit
}
Import-Module Pester -MinimumVersion 5.0

$configuration = New-PesterConfiguration
$configuration.Run.Path = $PSScriptRoot
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
if ($OutputPath) {
    $configuration.TestResult.Enabled = $true
    $configuration.TestResult.OutputPath = $OutputPath
}
$result = Invoke-Pester -Configuration $configuration

# A file that cannot be discovered and a block that cannot be set up have no failed test to show for it.
$failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
"Pester: $($result.PassedCount) passed, $failed failed"
exit [int] ($failed -gt 0)
