#Requires -Version 7.4
<#
.SYNOPSIS
    Builds, tests and packages TokenDashboard.
.DESCRIPTION
    Build    builds everything, including the importable module in artifacts/module/TokenDashboard.
    Test     runs all tests; dotnet test starts PowerShell processes for the Pester tests.
    Package  creates artifacts/package/TokenDashboard.<version>.nupkg, the module as Publish-PSResource would pack it, and
             TokenDashboard.Host.<version>.nupkg, tokendash as a .NET tool.
    Clean    removes the output of the other tasks.
.EXAMPLE
    ./build.ps1
.EXAMPLE
    ./build.ps1 -Task Test -Configuration Release
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Package', 'Clean')]
    [string] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = $Task -eq 'Package' ? 'Release' : 'Debug'
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$solution = Join-Path $PSScriptRoot TokenDashboard.sln
$artifacts = Join-Path $PSScriptRoot artifacts

switch ($Task) {
    Build {
        dotnet build $solution --configuration $Configuration
    }
    Test {
        dotnet test --solution $solution --configuration $Configuration
    }
    Package {
        $packages = Join-Path $artifacts package
        if (Test-Path $packages) {
            Remove-Item $packages -Recurse
        }
        foreach ($project in 'TokenDashboard', 'TokenDashboard.Host') {
            dotnet pack (Join-Path $PSScriptRoot src $project) --configuration $Configuration --output $packages
        }
        Get-ChildItem $packages
    }
    Clean {
        foreach ($made in 'Debug', 'Release') {
            dotnet clean $solution --configuration $made
        }
        if (Test-Path $artifacts) {
            Remove-Item $artifacts -Recurse
        }
    }
}
