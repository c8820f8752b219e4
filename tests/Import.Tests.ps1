# Each test has a separate PowerShell process, because assemblies never unload.

BeforeDiscovery {
    # The build of the tests creates these copies. A machine that tests a downloaded module has none.
    $foreign = @(Get-Item (Join-Path $PSScriptRoot TokenDashboard.Pester.Tests bin * net10.0 ForeignSqlite *) -ErrorAction Ignore |
            Where-Object { $_.Name -notlike '11.*' -or [Environment]::Version.Major -ge 10 } |
            ForEach-Object { @{ Version = $_.Name; Assembly = Join-Path $_ Microsoft.Data.Sqlite.dll } } |
            Sort-Object Version -Unique)
}

BeforeAll {
    . "$PSScriptRoot/process.ps1"
    $module = (Resolve-Path (Join-Path $PSScriptRoot .. artifacts module TokenDashboard)).Path

    function Invoke-Process([string] $Script) {
        $prolog = "`$ErrorActionPreference = 'Stop'; `$module = '$($module -replace "'", "''")'; `$database = '$(Join-Path $TestDrive a.db)'; "
        $output = Invoke-PowerShell -Command ($prolog + $Script)
        $LASTEXITCODE | Should -Be 0 -Because ($output -join "`n")
        $output
    }

    # Checks that our copy works, that the name resolves to the other copy, and that both are loaded.
    $useBoth = @'
        (Get-TokenStore -Database $database).Rows -gt 0
        [Microsoft.Data.Sqlite.SqliteConnectionStringBuilder]::new('Data Source=theirs').DataSource
        [Microsoft.Data.Sqlite.SqliteConnectionStringBuilder].Assembly.Location
        [AppDomain]::CurrentDomain.GetAssemblies().Where{ $_.GetName().Name -eq 'Microsoft.Data.Sqlite' }.Count
'@

    # The folder that another test file set no longer exists.
    $env:TOKENDASHBOARD_PRICES = "$TestDrive"
    Invoke-Process 'Import-Module $module; New-TokenStore $database -Sample -Days 1 | Out-Null'
}

Describe 'Import-Module TokenDashboard' {
    It 'exports exactly the commands of the manifest, and loads its dependencies only into its own context' {
        $dependencies, $exported = Invoke-Process (
            'Import-Module $module; Get-TokenStore -Database $database | Out-Null; ' +
            '[System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies.Where{ $_.Location -like "$module*deps*" }.Count; ' +
            '(Get-Module TokenDashboard).ExportedCommands.Keys')

        $dependencies | Should -Be 0
        $manifest = Import-PowerShellDataFile (Join-Path $module TokenDashboard.psd1)
        $exported | Sort-Object | Should -Be ($manifest.CmdletsToExport + $manifest.AliasesToExport | Sort-Object)
    }

    It 'works again with -Force' {
        Invoke-Process 'Import-Module $module; Get-TokenStore -Database $database | Out-Null; Import-Module $module -Force; (Get-TokenStore -Database $database).Rows -gt 0' | Should -Be 'True'
    }

    It 'works again after Remove-Module' {
        Invoke-Process 'Import-Module $module; $a = Get-TokenStore -Database $database; Remove-Module TokenDashboard; Import-Module $module; (Get-TokenStore -Database $database).Rows -eq $a.Rows' | Should -Be 'True'
    }

    It 'works in several runspaces that import at the same time' {
        Invoke-Process '1..8 | ForEach-Object -Parallel { Import-Module $using:module; (Get-TokenStore -Database $using:database).Rows } -ThrottleLimit 8 | Sort-Object -Unique | Measure-Object | ForEach-Object Count' | Should -Be 1
    }

    # Pester 6 rejects an empty -ForEach.
    if ($foreign) {
        It 'works after another module has loaded Microsoft.Data.Sqlite <Version>' -ForEach $foreign {
            Invoke-Process "[Reflection.Assembly]::LoadFrom('$Assembly') | Out-Null; Import-Module `$module; $useBoth" | Should -Be 'True', 'theirs', $Assembly, '2'
        }

        It 'works before another module loads Microsoft.Data.Sqlite <Version>' -ForEach $foreign {
            Invoke-Process "Import-Module `$module; Get-TokenStore -Database `$database | Out-Null; [Reflection.Assembly]::LoadFrom('$Assembly') | Out-Null; $useBoth" | Should -Be 'True', 'theirs', $Assembly, '2'
        }
    }
}
