BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

Describe 'Optimize-TokenStore' {
    BeforeEach {
        $database = Get-SampleStore "$([guid]::NewGuid()).db"
    }

    It 'changes no values in query results' {
        $before = Get-TokenUsage Day, User, Model -Database $database -TimeZone Europe/Berlin
        $users = Get-UserTokenUsage -Database $database

        $result = Optimize-TokenStore -Database $database
        $after = Get-TokenUsage Day, User, Model -Database $database -TimeZone Europe/Berlin

        $result.AddedRequests | Should -Be (Get-TokenStore $database).Rows
        $columns = 'Start', 'User', 'Model', 'Requests', 'PromptTokens', 'CompletionTokens', 'TotalTokens', 'PolicyFailures', 'InterruptedStreams', 'MaxDurationMs'
        $after | Select-Object $columns | ConvertTo-Json | Should -Be ($before | Select-Object $columns | ConvertTo-Json)
        (Get-UserTokenUsage -Database $database).LastRequest | Should -Be $users.LastRequest
        $before.PercentilesExact | Should -Not -Contain $false
        $after.PercentilesExact | Should -Contain $false
    }

    It 'adds only new requests' {
        $null = Optimize-TokenStore -Database $database

        (Optimize-TokenStore -Database $database).AddedRequests | Should -Be 0
        (Get-TokenStore $database).Rollups | Should -Be 'current'
    }

    It 'writes the prices of the models, and keeps them if the price list is invalid' {
        (Get-TokenStore $database).Prices | Should -Be 'none'
        $null = Optimize-TokenStore -Database $database
        (Get-TokenStore $database).Prices | Should -Be 'current'

        $own = Join-Path $TestDrive prices.yaml
        Set-Content $own 'nothing: 1'
        try {
            (Optimize-TokenStore -Database $database -ErrorAction SilentlyContinue -ErrorVariable problems).AddedRequests | Should -Be 0
            $problems.FullyQualifiedErrorId | Should -Be 'PriceFileInvalid,TokenDashboard.Commands.OptimizeTokenStoreCommand'
            (Get-TokenStore $database -WarningAction SilentlyContinue).Prices | Should -Be 'unknown'
        }
        finally {
            Remove-Item $own
        }
        (Get-TokenStore $database).Prices | Should -Be 'current'
    }

    It 'rebuilds and verifies' {
        $null = Optimize-TokenStore -Database $database
        $rows = (Get-TokenStore $database).Rows

        (Optimize-TokenStore -Database $database -Rebuild -Verify).AddedRequests | Should -Be $rows
        Test-TokenStore $database -Quiet | Should -BeTrue
    }

    It 'sets the journal mode and warns about its requirements for the folder' {
        (Optimize-TokenStore -Database $database -JournalMode Wal -WarningVariable warnings -WarningAction SilentlyContinue).JournalMode | Should -Be 'wal'
        $warnings | Should -Match 'folder'
        (Optimize-TokenStore -Database $database -JournalMode Delete).JournalMode | Should -Be 'delete'
    }

    It 'writes nothing with -WhatIf' {
        $hash = (Get-FileHash $database).Hash

        Optimize-TokenStore -Database $database -WhatIf | Should -BeNullOrEmpty
        (Get-FileHash $database).Hash | Should -Be $hash
    }

    It 'reports a missing file' {
        { Optimize-TokenStore -Database (Join-Path $TestDrive none.db) -ErrorAction Stop } | Should -Throw -ErrorId 'StoreNotFound,TokenDashboard.Commands.OptimizeTokenStoreCommand'
    }

    It 'accepts files from the pipeline and continues after one that is not a store' {
        $broken = New-Item (Join-Path $TestDrive "$([guid]::NewGuid()).txt") -Value ('not a database ' * 100)

        $results = $broken, (Get-Item $database) | Optimize-TokenStore -ErrorAction SilentlyContinue -ErrorVariable problems

        $results.Database | Should -Be $database
        $problems.FullyQualifiedErrorId | Should -Be 'StoreNotDatabase,TokenDashboard.Commands.OptimizeTokenStoreCommand'
    }
}
