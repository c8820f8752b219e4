BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

Describe 'New-GrafanaDashboard' {
    It 'creates every dashboard in the catalog' {
        $dashboards = New-GrafanaDashboard

        $dashboards.Name | Should -Be 'Cost', 'Models', 'Overview', 'Requests', 'Users'
        foreach ($dashboard in $dashboards) {
            $json = $dashboard.Json | ConvertFrom-Json -AsHashtable
            $json.title | Should -Be $dashboard.Title
            $json.uid | Should -Be $dashboard.Uid
            $json.ContainsKey('__inputs') | Should -BeFalse
            $dashboard.Panels | Should -BeGreaterThan 0
        }
    }

    It 'creates the same dashboards for ClickHouse, by engine or by address' {
        $dashboards = New-GrafanaDashboard -Engine ClickHouse

        $dashboards.Name | Should -Be (New-GrafanaDashboard).Name
        $dashboards.Uid | Should -Not -BeIn (New-GrafanaDashboard).Uid
        ($dashboards.Json -join '') | Should -Not -Match 'frser-sqlite-datasource'
        (New-GrafanaDashboard -Database clickhouse://host/llm).Json | Should -Be $dashboards.Json
        (New-GrafanaDashboard -Database /data/a.db).Json | Should -Be (New-GrafanaDashboard).Json
    }

    It 'accepts a uid and a title' {
        $dashboard = New-GrafanaDashboard Overview -Uid llm-europe -Title 'LLM tokens (Europe)'

        $dashboard.Uid | Should -Be 'llm-europe'
        $dashboard.Title | Should -Be 'LLM tokens (Europe)'
        $dashboard.Json | Should -Match '"uid": "llm-europe"'
    }

    It 'accepts names and wildcards from the pipeline, and creates each dashboard once' {
        $names = ('overview', 'Over*', 'Overview' | New-GrafanaDashboard).Name

        $names | Where-Object { $_ -eq 'Overview' } | Should -HaveCount 1
        New-GrafanaDashboard 'Nothing*' | Should -BeNullOrEmpty
        ([pscustomobject]@{ Name = 'Overview' } | New-GrafanaDashboard).Name | Should -Be 'Overview'
    }

    It 'creates the other dashboards if a name is unknown' {
        $dashboards = New-GrafanaDashboard Unknown, Overview -ErrorAction SilentlyContinue -ErrorVariable problems

        $dashboards.Name | Should -Be 'Overview'
        $problems.FullyQualifiedErrorId | Should -Be 'DashboardNotFound,TokenDashboard.Commands.NewGrafanaDashboardCommand'
        $problems[0].Exception.Message | Should -Match 'Overview'
    }

    It 'writes a file and does not rewrite it' {
        $file = New-GrafanaDashboard Overview -Path (Join-Path $TestDrive a b usage.json) -PassThru
        $file.LastWriteTime = [datetime] '2026-01-01'

        $again = New-GrafanaDashboard Overview -Path $file.FullName -PassThru

        $again.FullName | Should -Be (Join-Path $TestDrive a b usage.json)
        (Get-Item $file).LastWriteTime | Should -Be ([datetime] '2026-01-01')
        Get-Content $file -Raw | Should -BeExactly (New-GrafanaDashboard Overview).Json
    }

    It 'writes nothing with -WhatIf' {
        New-GrafanaDashboard -Path (Join-Path $TestDrive whatif) -WhatIf -PassThru | Should -BeNullOrEmpty

        Join-Path $TestDrive whatif | Should -Not -Exist
    }

    It 'reports that a file cannot be written' {
        $file = New-Item (Join-Path $TestDrive file.txt)

        { New-GrafanaDashboard -Path (Join-Path $file dashboards) } |
            Should -Throw -ErrorId 'DashboardWriteFailed,TokenDashboard.Commands.NewGrafanaDashboardCommand'
    }

    It 'rejects the <Name> "<Value>"' -ForEach @(
        @{ Name = 'Uid'; Value = 'a/b' }
        @{ Name = 'Uid'; Value = 'x' * 41 }
        @{ Name = 'Title'; Value = ' ' }
    ) {
        $parameter = @{ $Name = $Value }

        { New-GrafanaDashboard Overview @parameter } |
            Should -Throw -ErrorId 'ParameterArgumentValidationError,TokenDashboard.Commands.NewGrafanaDashboardCommand'
    }

    It 'does not give several dashboards the same <Name>' -ForEach @(
        @{ Name = 'Uid'; Value = 'llm' }
        @{ Name = 'Title'; Value = 'LLM' }
        @{ Name = 'Path'; Value = 'llm.json' }
    ) {
        $parameter = @{ $Name = $Value }

        { New-GrafanaDashboard @parameter -WhatIf } | Should -Throw -ErrorId 'DashboardInvalid,TokenDashboard.Commands.NewGrafanaDashboardCommand'
    }

    It 'creates a dashboard from a definition: <Name>' -ForEach @(
        @{ Name = 'hash table'; Definition = @{ title = 'Mine'; panels = @{ type = 'text'; content = 'x' } } }
        @{ Name = 'object'; Definition = [pscustomobject] @{ title = 'Mine'; panels = @([pscustomobject] @{ type = 'text'; content = 'x' }) } }
        @{ Name = 'JSON text'; Definition = '{ "title": "Mine", "panels": { "type": "text", "content": "x" } }' }
    ) {
        $dashboard = New-GrafanaDashboard -Definition $Definition

        $dashboard.Uid | Should -Be 'mine'
        $dashboard.Panels | Should -Be 1
    }

    It 'accepts hash tables and ConvertFrom-Json objects from the pipeline' {
        $json = '[{ "title": "One" }, { "title": "Two" }]' | ConvertFrom-Json

        (@{ title = 'Zero' }, $json[0], $json[1] | New-GrafanaDashboard).Uid | Should -Be 'zero', 'one', 'two'
    }

    It 'adds panels to a dashboard in the catalog, and all queries run' {
        $path = Get-SampleStore
        $definition = @{
            base     = 'Models'
            sections = @{
                title  = 'Mine'
                panels = @{
                    type = 'bargauge'; title = 'Requests'; description = 'By type.'
                    sql  = 'SELECT request_type AS "Type", SUM(requests) AS "Requests" FROM ${usage:raw} GROUP BY request_type'
                }
            }
        }

        $dashboard = $definition | New-GrafanaDashboard

        $dashboard.Panels | Should -Be ((New-GrafanaDashboard Models).Panels + 1)
        $dashboard | Test-GrafanaDashboard -Database $path -Since 2026-10-25 -Until 2026-11-01 -Quiet | Should -BeTrue
    }

    It 'reports every error with its place' {
        $dashboard = New-GrafanaDashboard -Definition @{ panels = @{ type = 'stat'; title = 'x'; sql = 'SELECT 1'; unit = '?'; width = 99 } } -ErrorAction SilentlyContinue -ErrorVariable faults

        $dashboard | Should -BeNullOrEmpty
        $faults.TargetObject | Should -Be 'title', 'panels[0].width', 'panels[0].unit'
        $faults.FullyQualifiedErrorId | Select-Object -Unique | Should -Be 'DashboardDefinitionInvalid,TokenDashboard.Commands.NewGrafanaDashboardCommand'
    }

    It 'rejects a panel with an empty list of queries' {
        $definition = @{ title = 'x'; panels = @(@{ type = 'stat'; title = 'a'; queries = @() }) }

        New-GrafanaDashboard -Definition $definition -ErrorAction SilentlyContinue -ErrorVariable faults | Should -BeNullOrEmpty

        $faults.TargetObject | Should -Be 'panels[0].sql'
    }

    It 'completes the names' {
        Complete 'New-GrafanaDashboard Ov' | Should -Contain 'Overview'
    }

    It 'shows a table that fits <Width> columns' -ForEach @{ Width = 80 }, @{ Width = 120 } {
        $lines = New-GrafanaDashboard | Get-Display $Width

        $lines[0] | Should -Match '^Name +Uid +Panels Title'
        $lines | Where-Object { $_.Length -gt $Width -or $_ -match '…$' } | Should -BeNullOrEmpty
    }
}
