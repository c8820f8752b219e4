BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $database = Get-SampleStore
    $range = @{ Since = '2026-10-25'; Until = '2026-11-01'; TimeZone = 'UTC' }

    # Changes a built-in dashboard and writes it to a file.
    function Get-ChangedDashboard([scriptblock] $Change) {
        $json = (New-GrafanaDashboard Overview).Json | ConvertFrom-Json
        $null = $json | ForEach-Object $Change
        $file = Join-Path $TestDrive "$([guid]::NewGuid()).json"
        $json | ConvertTo-Json -Depth 99 | Set-Content $file
        $file
    }
}

Describe 'Test-GrafanaDashboard' {
    It 'finds no problems in the built-in dashboards, and runs all their queries' {
        $priced = Join-Path $TestDrive priced.db
        Copy-Item $database $priced
        $null = Optimize-TokenStore $priced

        $result = Test-GrafanaDashboard -Database $priced @range

        # A sample store has no cached or reasoning tokens.
        $result = $result | Where-Object Panel -NotIn 'Cache efficiency', 'Reasoning'
        $result | Where-Object Severity -NE Passed | Should -BeNullOrEmpty
        $result.Count | Should -BeGreaterThan 10
        $result | ForEach-Object { $_.Problems | Should -BeNullOrEmpty; $_.Rows | Should -BeGreaterThan 0 }
    }

    It 'returns one value with -Quiet' {
        $broken = Get-ChangedDashboard { ($_.panels | Where-Object title -EQ 'Usage by model').options.reduceOptions.values = $false }

        Test-GrafanaDashboard -Database $database -Quiet | Should -BeTrue
        Test-GrafanaDashboard $broken -SkipQuery -Quiet | Should -BeFalse
        Test-GrafanaDashboard $broken -SkipQuery -Quiet -Exclude rows-* | Should -BeTrue
    }

    It 'reports the SQLite error of a failed query, and continues with the next' {
        $broken = Get-ChangedDashboard { $_.panels[0].targets[0].rawQueryText = $_.panels[0].targets[0].queryText = 'SELECT nobody FROM telemetry WHERE $__from' }

        $result = Test-GrafanaDashboard $broken -Database $database @range

        ($result | Where-Object Rule -EQ query-failed).Message | Should -BeLike '*no such column: nobody*'
        ($result | Where-Object Rule -EQ query-result | Where-Object Severity -EQ Error).Panel | Should -Be 'Totals'
        ($result | Where-Object Severity -EQ Passed).Count | Should -BeGreaterThan 9
    }

    It 'uses the given values of variables in queries' {
        $query = Test-GrafanaDashboard -Database $database @range -Variable @{ user = "o'neill" } | Where-Object Panel -EQ 'Total tokens per user'

        $query.Rows | Should -Be 1
        $query.Sql | Should -BeLike "*IN ('o''neill')*"
    }

    It 'accepts files from the pipeline' {
        Get-ChangedDashboard { $_.panels[1].gridPos.w = 30 } | Get-Item | Test-GrafanaDashboard -SkipQuery -Severity Error | ForEach-Object Rule |
            Should -Be 'panel-outside-grid'
    }

    It 'accepts dashboards from files of Export-Clixml' {
        $file = Join-Path $TestDrive dashboard.xml
        New-GrafanaDashboard Cost | Export-Clixml $file

        Import-Clixml $file | Test-GrafanaDashboard -SkipQuery -Quiet | Should -BeTrue
    }

    It 'does not convert other piped objects to paths' {
        @{ title = 'x' }, (Get-TokenStore $database) | Test-GrafanaDashboard -SkipQuery -ErrorAction SilentlyContinue -ErrorVariable problems

        $problems | Should -HaveCount 2
        $problems.FullyQualifiedErrorId | Should -BeLike 'InputObjectNotBound,*'
    }

    It 'accepts a file or a location as an argument' {
        $file = Get-ChangedDashboard { $_.panels[1].gridPos.w = 30 }

        foreach ($path in (Get-Item $file), (Resolve-Path $file)) {
            (Test-GrafanaDashboard $path -SkipQuery -Severity Error).Rule | Should -Be 'panel-outside-grid'
        }
    }

    It 'reports a file that is not text without a wrong hint' {
        { Get-Item $database | Test-GrafanaDashboard -SkipQuery -ErrorAction Stop } | Should -Throw '*is not in UTF-8*' -ErrorId 'DashboardInvalid,*'
        $Error[0].Exception.Message | Should -Not -Match 'this account'
    }

    It 'does not write to the database' {
        $broken = Get-ChangedDashboard { $_.panels[0].targets[0].rawQueryText = $_.panels[0].targets[0].queryText = 'DELETE FROM telemetry WHERE $__from' }
        $before = (Get-FileHash $database).Hash

        (Test-GrafanaDashboard $broken -Database $database | Where-Object Rule -EQ query-failed).Message | Should -BeLike '*readonly*'

        (Get-FileHash $database).Hash | Should -Be $before
    }

    It 'shows findings and queries in one table of <_> columns' -ForEach 80, 120 {
        $broken = Get-ChangedDashboard { $_.panels[0].description = '' }

        $lines = Test-GrafanaDashboard $broken -Database $database @range | Get-Display $_

        $lines | Where-Object Length -GT $_ | Should -BeNullOrEmpty
        $lines -join "`n" | Should -Match 'Warning +panel-title'
        $lines -join "`n" | Should -Match 'Passed +query-result +Usage by model +\d+ rows, 2 columns'
    }

    It 'completes rules' {
        Complete 'Test-GrafanaDashboard -Exclude gauge' | Should -Be 'gauge-maximum'
    }
}
