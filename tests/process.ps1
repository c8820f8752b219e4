# Dot-sourced by test files that need a PowerShell process of its own.

# Runs the PowerShell that runs this, which is a program, or an assembly that dotnet runs, as where PowerShell is a .NET tool.
function Invoke-PowerShell {
    $program = [Environment]::ProcessPath
    $assembly = (Split-Path $program -LeafBase) -eq 'dotnet' ? @([Environment]::GetCommandLineArgs()[0]) : @()
    & $program @assembly -NoProfile -NonInteractive @args 2>&1 | ForEach-Object { "$_" }
}
