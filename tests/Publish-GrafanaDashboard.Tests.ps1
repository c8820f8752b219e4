BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $closed = Get-ClosedUrl
}

Describe 'Publish-GrafanaDashboard without a server' {
    It 'reports a missing connection' {
        { Publish-GrafanaDashboard } | Should -Throw -ErrorId 'GrafanaUrlInvalid,TokenDashboard.Commands.PublishGrafanaDashboardCommand'
    }

    It 'rejects a uid that Grafana does not accept' {
        { Publish-GrafanaDashboard -DataSourceUid 'a b' } | Should -Throw -ErrorId 'ParameterArgumentValidationError,TokenDashboard.Commands.PublishGrafanaDashboardCommand'
    }

    It 'reports an unreachable server without the token' {
        $env:GRAFANA_URL = $closed
        $env:GRAFANA_TOKEN = 'glsa_not-a-real-token'
        try {
            $problem = { New-GrafanaDashboard | Publish-GrafanaDashboard -Folder LLM } |
                Should -Throw "*$closed*" -ErrorId 'GrafanaUnreachable,TokenDashboard.Commands.PublishGrafanaDashboardCommand' -PassThru
        }
        finally {
            Remove-Item Env:GRAFANA_URL, Env:GRAFANA_TOKEN
        }

        $problem.CategoryInfo.Category | Should -Be 'ConnectionError'
        $problem | Format-List * -Force | Out-String | Should -Not -Match 'not-a-real-token'
    }
}

Describe 'Publish-GrafanaDashboard with a server' {
    BeforeAll {
        $grafana = Start-Grafana
    }

    AfterAll {
        $grafana | Stop-Grafana
    }

    It 'publishes dashboards, folders and data source, and changes nothing in a second run' {
        $first = New-GrafanaDashboard | Publish-GrafanaDashboard -Folder LLM/Tokens -Database /data/observicia.db
        $second = New-GrafanaDashboard | Publish-GrafanaDashboard -Folder LLM/Tokens -Database /data/observicia.db

        $first | Group-Object Kind -NoElement | Sort-Object Name | ForEach-Object { "$($_.Count) $($_.Name)" } | Should -Be '5 Dashboard', '1 DataSource', '2 Folder'
        $first.Action | Sort-Object -Unique | Should -Be 'Created'
        $second.Action | Sort-Object -Unique | Should -Be 'Unchanged'
        $stored = Invoke-Grafana $grafana /api/dashboards/uid/tokendashboard-overview
        $stored.dashboard.title, $stored.meta.folderTitle | Should -Be (New-GrafanaDashboard Overview).Title, 'Tokens'
    }

    It 'publishes the dashboards of both engines, each with its own data source' {
        $credential = [pscredential]::new('reader', (ConvertTo-SecureString 'n0t-a-secret' -AsPlainText))

        $results = @(Set-GrafanaDataSource clickhouse://host:8443/llm -DataSourceCredential $credential)
        $results += New-GrafanaDashboard -Engine ClickHouse | Publish-GrafanaDashboard -Database clickhouse://host:8443/llm
        $null = New-GrafanaDashboard Cost | Publish-GrafanaDashboard -Database /data/observicia.db

        $results | Group-Object Kind, Action -NoElement | Sort-Object Name | ForEach-Object { "$($_.Count) $($_.Name)" } |
            Should -Be '5 Dashboard, Created', '1 DataSource, Created', '1 DataSource, Unchanged'
        $source = Invoke-Grafana $grafana "/api/datasources/uid/$($results[0].Uid)"
        $source.type, $source.jsonData.host, $source.jsonData.port, $source.jsonData.defaultDatabase, $source.jsonData.username | Should -Be 'grafana-clickhouse-datasource', 'host', 8443, 'llm', 'reader'
        $source.secureJsonData.password | Should -Be 'n0t-a-secret'
        $results, $source.jsonData | ConvertTo-Json -Depth 9 | Should -Not -Match 'n0t-a-secret'
        (Invoke-Grafana $grafana /api/dashboards/uid/tokendashboard-cost-clickhouse).dashboard.title | Should -Be 'LLM cost (ClickHouse)'
    }

    It 'keeps changes made in the browser, and backs them up with -Force' {
        $file = New-DashboardFile edited
        $null = Publish-GrafanaDashboard $file
        Edit-InBrowser $grafana edited { $_.refresh = '5m' }

        $conflict = Publish-GrafanaDashboard $file -ErrorVariable problems -ErrorAction SilentlyContinue
        $conflict.Action | Should -Be 'Conflict'
        $problems.FullyQualifiedErrorId | Should -Be 'GrafanaVersionConflict,TokenDashboard.Commands.PublishGrafanaDashboardCommand'
        (Invoke-Grafana $grafana /api/dashboards/uid/edited).dashboard.refresh | Should -Be '5m'

        $forced = Publish-GrafanaDashboard $file -Force -BackupPath (Join-Path $TestDrive backup)
        $forced.Action | Should -Be 'Updated'
        (Get-Content $forced.BackupPath -Raw | ConvertFrom-Json).refresh | Should -Be '5m'
        (Invoke-Grafana $grafana /api/dashboards/uid/edited).dashboard.refresh | Should -Be '1m'
    }

    It 'writes nothing with -WhatIf' {
        Publish-GrafanaDashboard (New-DashboardFile absent) -WhatIf | Should -BeNullOrEmpty

        { Invoke-Grafana $grafana /api/dashboards/uid/absent } | Should -Throw
    }
}
