BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $rule = @{ Name = 'Daily'; Uid = 'daily'; Kind = 'Tokens'; By = 'User'; User = "O'Brien"; Window = '1d'; Limit = 100 }
}

Describe 'Publish-GrafanaAlertRule without a server' {
    It 'reports a missing connection, and an unreachable server without the token' {
        { $rule | Publish-GrafanaAlertRule } | Should -Throw -ErrorId 'GrafanaUrlInvalid,TokenDashboard.Commands.PublishGrafanaAlertRuleCommand'
        $env:GRAFANA_URL = Get-ClosedUrl
        $env:GRAFANA_TOKEN = 'glsa_not-a-real-token'
        try {
            $problem = { $rule | Publish-GrafanaAlertRule } | Should -Throw -ErrorId 'GrafanaUnreachable,*' -PassThru
            $problem | Format-List * -Force | Out-String | Should -Not -Match 'not-a-real-token'
        }
        finally {
            Remove-Item Env:GRAFANA_URL, Env:GRAFANA_TOKEN
        }
    }
}

Describe 'Publish-GrafanaAlertRule with a server' {
    BeforeAll {
        $grafana = Start-Grafana
        $null = Set-GrafanaDataSource /data/observicia.db
    }

    AfterAll {
        $grafana | Stop-Grafana
    }

    It 'creates a rule, updates it if it differs, and otherwise leaves it unchanged' {
        ($rule | Publish-GrafanaAlertRule -Folder LLM | Where-Object Kind -EQ AlertRule).Action | Should -Be 'Created'
        ($rule | Publish-GrafanaAlertRule -Folder LLM | Where-Object Kind -EQ AlertRule).Action | Should -Be 'Unchanged'
        ($rule + @{ Labels = @{ severity = 'critical' } } | Publish-GrafanaAlertRule -Folder LLM | Where-Object Kind -EQ AlertRule).Action | Should -Be 'Updated'

        $stored = Invoke-Grafana $grafana /api/v1/provisioning/alert-rules/daily
        $stored.title, $stored.labels.severity | Should -Be 'Daily', 'critical'
    }

    It 'creates ClickHouse queries for a ClickHouse data source' {
        $null = Set-GrafanaDataSource clickhouse://host:8443/llm -Uid fleet

        (@{ Name = 'Fleet'; Uid = 'fleet-daily'; Kind = 'Tokens'; Window = '1d'; Limit = 100 } | Publish-GrafanaAlertRule -DataSourceUid fleet | Where-Object Kind -EQ AlertRule).Action | Should -Be 'Created'

        $query = (Invoke-Grafana $grafana /api/v1/provisioning/alert-rules/fleet-daily).data[0]
        $query.datasourceUid, $query.model.datasource.type | Should -Be 'fleet', 'grafana-clickhouse-datasource'
        $query.model.rawSql | Should -BeLike '*token_request*'
    }

    It 'creates a rule for the cost of the month to date' {
        $null = @{ Name = 'Budget'; Uid = 'budget'; Kind = 'Cost'; By = 'User'; Window = 'month'; Limit = 0.5 } | Publish-GrafanaAlertRule -Folder LLM

        $stored = Invoke-Grafana $grafana /api/v1/provisioning/alert-rules/budget
        $stored.data[0].relativeTimeRange.from, $stored.data[2].model.conditions[0].evaluator.params[0] | Should -Be 2678400, 0.5
        { @{ Name = 'Odd'; Kind = 'NoTelemetry'; Window = 'month' } | Publish-GrafanaAlertRule -Folder LLM -ErrorAction Stop } | Should -Throw -ErrorId 'AlertRuleInvalid,*'
    }

    It 'writes nothing with -WhatIf' {
        @{ Name = 'Silence'; Uid = 'silent'; Kind = 'NoTelemetry'; Window = '15m' } | Publish-GrafanaAlertRule -Folder LLM -WhatIf | Where-Object Action -NE Unchanged | Should -BeNullOrEmpty

        { Invoke-Grafana $grafana /api/v1/provisioning/alert-rules/silent } | Should -Throw
    }
}
