# Dot-sourced by test files that need a separate PowerShell process.

# Starts the PowerShell that runs this script: a program, or an assembly that dotnet runs if PowerShell is a .NET tool.
function Invoke-PowerShell {
    $program = [Environment]::ProcessPath
    $assembly = (Split-Path $program -LeafBase) -eq 'dotnet' ? @([Environment]::GetCommandLineArgs()[0]) : @()
    & $program @assembly -NoProfile -NonInteractive @args 2>&1 | ForEach-Object { "$_" }
}

# Returns the lines that the same PowerShell writes for a script in a terminal of the given size. The file $Shown contains them as soon as they are written.
# It needs Linux, because the program script has other options on macOS. A background job ignores SIGINT, so the default is restored.
function Invoke-InTerminal([string] $Script, [int] $Rows = 24, [int] $Columns = 100, [string] $Shown = '/dev/null') {
    $file = Join-Path $TestDrive "$([guid]::NewGuid()).ps1"
    Set-Content $file "Import-Module '$modulePath'; $Script"
    $program = (@([Environment]::ProcessPath) + ((Split-Path ([Environment]::ProcessPath) -LeafBase) -eq 'dotnet' ? @([Environment]::GetCommandLineArgs()[0]) : @())) -join "' '"
    $inside = "stty rows $Rows cols $Columns; TERM=xterm-256color NO_COLOR=1 env --default-signal=INT '$program' -NoProfile -File '$file'"
    script -qefc $inside $Shown | ForEach-Object { $_.TrimEnd() }
}
