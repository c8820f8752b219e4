BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $database = Get-SampleStore
}

Describe 'Sync-TokenStore' {
    It 'reports an invalid address without its password' {
        { Sync-TokenStore 'clickhouse://me:s3cret@host/llm' $database } | Should -Throw -ErrorId 'StoreAddressInvalid,TokenDashboard.Commands.SyncTokenStoreCommand'
        $Error[0].Exception.ToString() | Should -Not -Match 's3cret'
    }

    It 'warns once that a password is sent unencrypted to another computer' {
        $reader = [pscredential]::new('reader', (ConvertTo-SecureString 's3cret' -AsPlainText -Force))

        $null = Get-TokenUsage -Database clickhouse://ch.invalid/llm -Credential $reader -ErrorAction Ignore -WarningVariable first -WarningAction SilentlyContinue
        $null = Get-TokenStore clickhouse://ch.invalid/llm -Credential $reader -ErrorAction Ignore -WarningVariable second -WarningAction SilentlyContinue

        $first | Should -HaveCount 1
        $first | Should -BeLike 'clickhouse://ch.invalid:8123 is not encrypted.*'
        $second | Should -BeNullOrEmpty
    }

    It 'reports an unreachable server' {
        $target = (Get-ClosedUrl) -replace '^http', 'clickhouse'

        { Sync-TokenStore $target $database } | Should -Throw -ErrorId 'StoreUnreachable,TokenDashboard.Commands.SyncTokenStoreCommand'
        { Get-Item $database | Sync-TokenStore $target -ErrorAction Stop } | Should -Throw -ErrorId 'StoreUnreachable,*'
        $env:TOKENDASHBOARD_DATABASE = $database
        try {
            { Sync-TokenStore $target -ErrorAction Stop } | Should -Throw -ErrorId 'StoreUnreachable,*'
        }
        finally {
            $env:TOKENDASHBOARD_DATABASE = $null
        }
        { Get-TokenUsage -Database $target } | Should -Throw -ErrorId 'StoreUnreachable,TokenDashboard.Commands.GetTokenUsageCommand'
    }

    Context 'when ClickHouse is available' -Skip:(-not ($env:TOKENDASHBOARD_TEST_CLICKHOUSE -and (Test-Path $env:TOKENDASHBOARD_TEST_CLICKHOUSE))) {
        BeforeAll {
            $engine = Start-ClickHouse
            $target = $engine.Address
        }

        AfterAll {
            $engine.Process.Kill()
        }

        It 'shows all statements with -WhatIf and creates nothing' {
            Start-Transcript (Join-Path $TestDrive 'whatif.txt') | Out-Null
            Sync-TokenStore $target $database -WhatIf | Should -BeNullOrEmpty
            Stop-Transcript | Out-Null
            $shown = Get-Content (Join-Path $TestDrive 'whatif.txt') -Raw
            $shown | Should -Match 'CREATE TABLE IF NOT EXISTS token_request'
            $shown | Should -Match 'CREATE VIEW IF NOT EXISTS token_usage_priced'
            $shown | Should -Match 'Send the requests of'
            { Get-TokenStore $target -ErrorAction Stop } | Should -Throw -ErrorId 'StoreTableMissing,TokenDashboard.Commands.GetTokenStoreCommand'
        }

        It 'sends the requests once, and queries return the same values' {
            $rows = (Get-TokenStore $database).Rows

            (Sync-TokenStore $target $database -Source sample).Sent | Should -Be $rows
            (Sync-TokenStore $target $database -Source sample).Sent | Should -Be 0
            $columns = 'Start', 'User', 'Requests', 'TotalTokens', 'Cost', 'PolicyFailures', 'InterruptedStreams', 'MaxDurationMs'
            $query = @{ GroupBy = 'Day', 'User'; TimeZone = 'Europe/Berlin' }
            Get-TokenUsage @query -Database $target | Select-Object $columns | ConvertTo-Json | Should -Be (Get-TokenUsage @query -Database $database | Select-Object $columns | ConvertTo-Json)
            (Get-TokenUsage Source -Database $target).Source | Should -Be 'sample'
            Complete "Get-TokenUsage -Database $target -Source " | Should -Be 'sample'
            Complete "Get-TokenUsage -Database $target -User ali" | Should -Be 'alice'
        }

        It 'warns if a file and ClickHouse have a source of the same name' {
            $name = Split-Path $database -Leaf
            $null = Sync-TokenStore $target $database -Source $name
            $rows = (Get-TokenStore $database).Rows

            $both = Get-TokenUsage Source -Database $database, $target -Source $name -WarningVariable warned -WarningAction SilentlyContinue
            $other = Get-TokenUsage Source -Database $database, $target -Source sample -WarningVariable silent -WarningAction SilentlyContinue

            $both.Source, $both.Requests | Should -Be $name, (2 * $rows)
            $warned | Where-Object { $_ -like "The source '$name' is in several stores (*$name, clickhouse://*" } | Should -HaveCount 1
            $other.Source | Should -Be 'sample'
            $silent | Where-Object { $_ -like 'The source *' } | Should -BeNullOrEmpty
        }

        It 'warns if a file and ClickHouse have the requests that were sent from it' {
            $source = (Sync-TokenStore $target $database).Source

            $null = Get-TokenUsage -Database $database, $target -WarningVariable warned -WarningAction SilentlyContinue
            $null = Get-TokenUsage -Database $database, $target -Source sample -WarningVariable silent -WarningAction SilentlyContinue

            $warned | Where-Object { $_ -like "The source '$source' is in several stores (*, *$(Split-Path $database -Leaf))*" } | Should -HaveCount 1
            $silent | Where-Object { $_ -like 'The source *' } | Should -BeNullOrEmpty
        }

        It 'runs the queries of the dashboards' {
            $null = Sync-TokenStore $target $database -Source sample
            # The tests of Core run the queries of all dashboards, which takes seconds. Here, the default ends after the first one.
            $range = @{ Since = '2026-10-25T00:00Z'; Until = '2026-11-01T00:00Z' }
            $first = Test-GrafanaDashboard -Database $target @range | Select-Object -First 1
            $results = New-GrafanaDashboard Overview -Engine ClickHouse | Test-GrafanaDashboard -Database $target @range

            $first.Dashboard | Should -Match '\(ClickHouse\)$'
            $results | Where-Object Severity -GE Warning | ForEach-Object Message | Should -BeNullOrEmpty
            ($results | Where-Object { $_.Rule -eq 'query-result' -and $_.Panel -eq 'Totals' -and $_.Rows -eq 1 }).Dashboard | Should -Be 'LLM overview (ClickHouse)'
            (New-GrafanaDashboard Overview | Test-GrafanaDashboard -Database $target -ErrorAction Stop).Rule | Should -Be 'query-not-run'
        }

        It 'warns that the store was replaced' {
            $replaced = Join-Path $TestDrive 'replaced.db'
            Copy-Item $database $replaced
            $null = Sync-TokenStore $target $replaced -Source replaced
            Remove-Item $replaced
            $null = New-TokenStore $replaced

            $result = Sync-TokenStore $target $replaced -Source replaced -WarningVariable warnings -WarningAction SilentlyContinue
            $result.IsOtherStore | Should -BeTrue
            $warnings | Should -HaveCount 1
            $warnings | Should -Match '-Source.*-Repair'
        }

        It 'rejects two stores with the same source' {
            $Error.Clear()
            $other = Get-SampleStore other.db 4
            $null = Sync-TokenStore $target $database, $other -Source sample -ErrorAction SilentlyContinue
            $Error[0].FullyQualifiedErrorId | Should -Be 'StoreSourceConflict,TokenDashboard.Commands.SyncTokenStoreCommand'
        }
    }
}
