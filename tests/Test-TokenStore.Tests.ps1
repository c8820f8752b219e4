BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $database = Get-SampleStore
}

Describe 'Test-TokenStore' {
    It 'returns one result for each check' {
        $checks = Test-TokenStore -Database $database

        $checks.Check | Should -Be 'Schema', 'Integrity', 'Rollups'
        $checks.Result | Should -Be 'Passed', 'Passed', 'Skipped'
        $checks.Database | Select-Object -Unique | Should -Be $database
    }

    It 'verifies the rollups' {
        $other = Get-SampleStore other.db
        $null = Optimize-TokenStore $other

        (Test-TokenStore $other -Wait).Result | Select-Object -Unique | Should -Be 'Passed'
        Test-TokenStore $other -Quiet | Should -BeTrue
    }

    It 'returns one value for all stores with -Quiet' {
        $damaged = Get-SampleStore damaged.db
        $bytes = [IO.File]::ReadAllBytes($damaged)
        [Array]::Fill[byte]($bytes, 0xAA, 100, 4000)
        [IO.File]::WriteAllBytes($damaged, $bytes)
        Set-Content (Join-Path $TestDrive text.db) 'not a database'

        Test-TokenStore $database, $database -Quiet | Should -BeExactly $true
        Test-TokenStore $damaged, $database -Quiet | Should -BeExactly $false
        Get-Item $database, $damaged | Test-TokenStore -Quiet | Should -BeExactly $false
        foreach ($name in 'text.db', 'none.db') {
            $problems = $null
            Test-TokenStore (Join-Path $TestDrive $name), $database -Quiet -ErrorAction SilentlyContinue -ErrorVariable problems | Should -BeExactly $false
            $problems | Should -HaveCount 1
            $problems[0].Exception.Message | Should -Not -Match 'Test-TokenStore'
        }
        @() | Test-TokenStore -Quiet | Should -BeExactly $false
    }

    It 'returns checks whose text is the result' {
        "$(@(Test-TokenStore $database)[0])" | Should -BeLike 'Passed Schema: *'
    }

    It 'shows a table of checks' {
        Test-TokenStore -Database $database | Get-Display 80 | Out-String | Should -Match 'Integrity\s+Passed'
    }

    It 'reports that a file is not a store' {
        $broken = New-Item (Join-Path $TestDrive broken.txt) -Value ('not a database ' * 100)
        { Test-TokenStore $broken.FullName -ErrorAction Stop } | Should -Throw -ErrorId 'StoreNotDatabase,TokenDashboard.Commands.TestTokenStoreCommand'
    }
}
