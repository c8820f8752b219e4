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

    It 'shows a table of checks' {
        Test-TokenStore -Database $database | Get-Display 80 | Out-String | Should -Match 'Integrity\s+Passed'
    }

    It 'reports that a file is not a store' {
        $broken = New-Item (Join-Path $TestDrive broken.txt) -Value ('not a database ' * 100)
        { Test-TokenStore $broken.FullName } | Should -Throw -ErrorId 'StoreNotDatabase,TokenDashboard.Commands.TestTokenStoreCommand'
    }
}
