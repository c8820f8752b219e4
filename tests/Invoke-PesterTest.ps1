#Requires -Version 7.4
<#
.SYNOPSIS
    Runs the Pester tests against the staged module, in the PowerShell that runs this script.
.DESCRIPTION
    dotnet test also runs all of them. Use this script for one file, another PowerShell or another Pester. The last line is "Pester: N
    passed, N failed", and the exit code is 1 if a test failed.
.PARAMETER Path
    Test files or folders. The default is all tests.
.PARAMETER Pester
    The path of the manifest of the Pester to use. The default is the latest installed version, which must be 5.7 or later.
.PARAMETER OutputPath
    A file for the results: JSON with the name, result and message of each test.
.EXAMPLE
    ./tests/Invoke-PesterTest.ps1 ./tests/Get-TokenUsage.Tests.ps1
#>
[CmdletBinding()]
param(
    [string[]] $Path = $PSScriptRoot,
    [string] $Pester,
    [string] $OutputPath
)

# The tests inherit preferences of this script. They have the defaults, as users do.
if ($Pester) {
    Import-Module $Pester -ErrorAction Stop
}
else {
    Import-Module Pester -MinimumVersion 5.7 -ErrorAction Stop
}

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$result = Invoke-Pester -Configuration $configuration
if (-not $result) {
    throw 'Pester ended without a result.'
}

function Get-Message($Errors) {
    ($Errors | ForEach-Object { "$($_.DisplayErrorMessage)`n$($_.DisplayStackTrace)" }) -join "`n"
}

# Files that cannot be read and blocks whose setup fails are failures too, even if they contain no tests.
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
