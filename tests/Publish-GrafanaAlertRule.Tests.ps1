BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $rule = @{ Name = 'Daily'; Uid = 'daily'; Kind = 'Tokens'; By = 'User'; User = "O'Brien"; Window = '1d'; Limit = 100 }
}

Describe 'Publish-GrafanaAlertRule to provisioning files' {
    BeforeEach {
        $target = @{ ProvisioningPath = Join-Path $TestDrive ([guid]::NewGuid()) }
    }

    It 'writes what Grafana reads, once' {
        $first = $rule | Publish-GrafanaAlertRule @target -Folder LLM
        $second = $rule | Publish-GrafanaAlertRule @target -Folder LLM

        $first.Action, $second.Action | Should -Be 'Created', 'Unchanged'
        $group = ((Get-Content $first.Path | Select-Object -Skip 1) -join "`n" | ConvertFrom-Json).groups
        $group.folder | Should -Be 'LLM'
        $group.rules.title | Should -Be 'Daily'
        $group.rules.data[0].model.queryText | Should -BeLike "*'O''Brien'*"
    }

    It 'takes <Case>' -ForEach @(
        @{ Case = 'a hash table'; Publish = { Publish-GrafanaAlertRule $rule @target } }
        @{ Case = 'an object'; Publish = { [pscustomobject]$rule | Publish-GrafanaAlertRule @target } }
        @{ Case = 'rows of a CSV file'; Publish = { [pscustomobject]$rule | ConvertTo-Csv | ConvertFrom-Csv | Publish-GrafanaAlertRule @target } }
        @{ Case = 'a path'; Publish = { Publish-GrafanaAlertRule (Join-Path $TestDrive *.json) @target } }
        @{ Case = 'files'; Publish = { Get-ChildItem $TestDrive -Filter *.json | Publish-GrafanaAlertRule @target } }
    ) {
        ConvertTo-Json @($rule) | Set-Content (Join-Path $TestDrive rules.json)

        (. $Publish).Uid | Should -Be 'daily'
    }

    It 'writes nothing with -WhatIf' {
        $rule | Publish-GrafanaAlertRule @target -WhatIf | Should -BeNullOrEmpty

        $target.ProvisioningPath | Should -Not -Exist
    }

    It 'has Grafana delete what is not wanted any more' {
        $rule, @{ Name = 'Old'; Uid = 'old'; Kind = 'NoTelemetry'; Window = '10m' } | Publish-GrafanaAlertRule @target | Out-Null

        $results = $rule | Publish-GrafanaAlertRule @target -Prune

        $results.Action | Should -Be 'Unchanged', 'Removed'
        $results[1].Path | Should -FileContentMatch 'deleteRules'
    }

    It 'writes the others when a definition is wrong or a file is missing' {
        $results = @{ Name = 'Bad' }, 'none.json', $rule | Publish-GrafanaAlertRule @target -ErrorAction SilentlyContinue -ErrorVariable problems

        $results.Uid | Should -Be 'daily'
        $problems.FullyQualifiedErrorId | Should -Be ('AlertRuleInvalid', 'AlertRuleNotFound' | ForEach-Object { "$_,TokenDashboard.Commands.PublishGrafanaAlertRuleCommand" })
    }

    It 'shows a table that fits <Width> columns' -ForEach @{ Width = 80 }, @{ Width = 120 } {
        $lines = $rule | Publish-GrafanaAlertRule @target | Get-Display $Width

        $lines[0] | Should -Match '^Action +Kind +Uid +Name'
        $lines | Where-Object { $_.Length -gt $Width -or $_ -match '…$' } | Should -BeNullOrEmpty
    }
}

Describe 'Publish-GrafanaAlertRule to a server' {
    It 'says that nothing is known of a server, and that one is down' {
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

Describe 'Publish-GrafanaAlertRule to a server that answers' {
    BeforeAll {
        $grafana = Start-Grafana
        $null = Set-GrafanaDataSource /data/observicia.db
    }

    AfterAll {
        $grafana | Stop-Grafana
    }

    It 'makes the rule, changes what differs, and leaves the rest alone' {
        ($rule | Publish-GrafanaAlertRule -Folder LLM | Where-Object Kind -EQ AlertRule).Action | Should -Be 'Created'
        ($rule | Publish-GrafanaAlertRule -Folder LLM | Where-Object Kind -EQ AlertRule).Action | Should -Be 'Unchanged'
        ($rule + @{ Severity = 'critical' } | Publish-GrafanaAlertRule -Folder LLM | Where-Object Kind -EQ AlertRule).Action | Should -Be 'Updated'

        $stored = Invoke-Grafana $grafana /api/v1/provisioning/alert-rules/daily
        $stored.title, $stored.labels.severity | Should -Be 'Daily', 'critical'
    }

    It 'writes nothing with -WhatIf' {
        @{ Name = 'Silence'; Uid = 'silent'; Kind = 'NoTelemetry'; Window = '15m' } | Publish-GrafanaAlertRule -Folder LLM -WhatIf | Should -BeNullOrEmpty

        { Invoke-Grafana $grafana /api/v1/provisioning/alert-rules/silent } | Should -Throw
    }
}
