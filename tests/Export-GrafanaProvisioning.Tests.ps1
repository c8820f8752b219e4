BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $files = (New-Item (Join-Path $TestDrive files) -ItemType Directory).FullName
    New-GrafanaDashboard -Path $files
    $rule = @{ Name = 'Daily'; Uid = 'daily'; Kind = 'Tokens'; By = 'User'; User = "O'Brien"; Window = '1d'; Limit = 100 }
}

Describe 'Export-GrafanaProvisioning for dashboards' {
    BeforeEach {
        $target = @{ ProvisioningPath = Join-Path $TestDrive ([guid]::NewGuid()); Database = '/data/observicia.db'; Folder = 'LLM' }
    }

    It 'writes files and does not rewrite them' {
        $first = New-GrafanaDashboard | Export-GrafanaProvisioning @target
        $second = New-GrafanaDashboard | Export-GrafanaProvisioning @target

        $first.Action | Sort-Object -Unique | Should -Be 'Created'
        $second.Action | Sort-Object -Unique | Should -Be 'Unchanged'
        $second.Path | Should -Be $first.Path
        $first.Path | ForEach-Object { $_ | Should -Exist }
        Join-Path $target.ProvisioningPath datasources tokendashboard.yaml | Should -FileContentMatch 'path: .*/data/observicia\.db'
        Join-Path $target.ProvisioningPath dashboards tokendashboard.yaml | Should -FileContentMatch 'folder: .*LLM'
        (Get-Content (Join-Path $target.ProvisioningPath dashboards tokendashboard tokendashboard-overview.json) -Raw | ConvertFrom-Json -AsHashtable).title |
            Should -Be (New-GrafanaDashboard Overview).Title
    }

    It 'writes a ClickHouse data source with the password from the environment of the server' {
        $target.Database = 'clickhouse://host:8443/llm'

        $results = New-GrafanaDashboard -Engine ClickHouse | Export-GrafanaProvisioning @target

        $results.Action | Sort-Object -Unique | Should -Be 'Created'
        $file = Join-Path $target.ProvisioningPath datasources tokendashboard.yaml
        $file | Should -FileContentMatch 'type: .*grafana-clickhouse-datasource'
        $file | Should -FileContentMatch 'password: .*\$CLICKHOUSE_PASSWORD'
    }

    It 'returns the dashboards with -PassThru' {
        $results = New-GrafanaDashboard | Export-GrafanaProvisioning @target -PassThru

        ($results | Where-Object Dashboard).Dashboard.Uid | Should -Be (New-GrafanaDashboard).Uid
    }

    It 'accepts <Case>' -ForEach @(
        @{ Case = 'no dashboard, which means all of them'; Export = { Export-GrafanaProvisioning @target } }
        @{ Case = 'copies of dashboards from another session'; Export = {
                [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize((New-GrafanaDashboard), 2)) | Export-GrafanaProvisioning @target
            }
        }
        @{ Case = 'paths with wildcards'; Export = { Export-GrafanaProvisioning @target -Path (Join-Path $files *.json) } }
        @{ Case = 'files from the pipeline'; Export = { Get-ChildItem $files | Export-GrafanaProvisioning @target } }
        @{ Case = 'paths from the pipeline'; Export = { (Get-ChildItem $files).FullName | Export-GrafanaProvisioning @target } }
        @{ Case = 'the files of New-GrafanaDashboard'; Export = { New-GrafanaDashboard -Path $files -PassThru | Export-GrafanaProvisioning @target } }
    ) {
        (. $Export).Uid | Where-Object { $_ } | Should -Be (New-GrafanaDashboard).Uid
    }

    It 'updates only changed files' {
        Export-GrafanaProvisioning @target | Out-Null

        $results = New-GrafanaDashboard Overview -Title 'Another title' | Export-GrafanaProvisioning @target

        $results.Action | Should -Be 'Unchanged', 'Unchanged', 'Updated'
    }

    It 'writes nothing with -WhatIf' {
        Export-GrafanaProvisioning @target -WhatIf | Should -BeNullOrEmpty

        $target.ProvisioningPath | Should -Not -Exist
    }

    It 'writes the other dashboards when a file is missing or invalid' {
        $bad = New-Item (Join-Path $TestDrive bad.json) -Value '{ "panels": [] }' -Force

        $results = Export-GrafanaProvisioning @target -Path (Join-Path $TestDrive none.json), $bad.FullName, (Join-Path $files *.json) -ErrorAction SilentlyContinue -ErrorVariable problems

        $results.Uid | Should -Contain 'tokendashboard-overview'
        $problems.FullyQualifiedErrorId | Should -Be ('DashboardNotFound', 'DashboardInvalid' | ForEach-Object { "$_,TokenDashboard.Commands.ExportGrafanaProvisioningCommand" })
    }

    It 'replaces all SQLite data sources with one uid' {
        Export-GrafanaProvisioning @target -DataSource my-store -WarningVariable warnings | Out-Null

        Join-Path $target.ProvisioningPath datasources tokendashboard.yaml | Should -FileContentMatch 'uid: my-store'
        Join-Path $target.ProvisioningPath dashboards tokendashboard tokendashboard-overview.json | Should -FileContentMatch '"value": "my-store"'
        $warnings | Should -BeNullOrEmpty
    }

    It 'replaces data sources by hash table and warns about an unused key' {
        $file = New-Item (Join-Path $TestDrive other.json) -Force -Value '{ "uid": "other", "title": "Other", "panels": [ { "id": 1, "datasource": { "type": "mysql", "uid": "old" } } ] }'

        Export-GrafanaProvisioning @target -Path $file.FullName -DataSource @{ old = 'new'; absent = 'x' } -WarningVariable warnings -WarningAction SilentlyContinue | Out-Null

        (Get-Content (Join-Path $target.ProvisioningPath dashboards tokendashboard other.json) -Raw | ConvertFrom-Json).panels[0].datasource.uid | Should -Be 'new'
        $warnings | Should -HaveCount 1
        "$warnings" | Should -Match "'absent'"
    }

    It 'requires the uid of a data source' {
        { Export-GrafanaProvisioning @target -DataSource 'some name' } | Should -Throw '*some name*' -ErrorId 'GrafanaDataSourceMissing,*'
    }

    It 'shows a table that fits <Width> columns' -ForEach @{ Width = 80 }, @{ Width = 120 } {
        $lines = Export-GrafanaProvisioning @target | Get-Display $Width

        $lines[0] | Should -Match '^Action +Kind +Uid +Name'
        $lines | Where-Object { $_.Length -gt $Width -or $_ -match '…$' } | Should -BeNullOrEmpty
    }
}

Describe 'Export-GrafanaProvisioning for alert rules' {
    BeforeEach {
        $target = @{ ProvisioningPath = Join-Path $TestDrive ([guid]::NewGuid()) }
    }

    It 'writes files and does not rewrite them' {
        $first = Export-GrafanaProvisioning @target -AlertRule $rule -Folder LLM
        $second = Export-GrafanaProvisioning @target -AlertRule $rule -Folder LLM

        $first.Action, $second.Action | Should -Be 'Created', 'Unchanged'
        $group = ((Get-Content $first.Path | Select-Object -Skip 1) -join "`n" | ConvertFrom-Json).groups
        $group.folder | Should -Be 'LLM'
        $group.rules.title | Should -Be 'Daily'
        $group.rules.data[0].model.queryText | Should -BeLike "*'O''Brien'*"
    }

    It 'accepts <Case>' -ForEach @(
        @{ Case = 'a hash table'; Export = { Export-GrafanaProvisioning @target -AlertRule $rule } }
        @{ Case = 'an object'; Export = { Export-GrafanaProvisioning @target -AlertRule ([pscustomobject]$rule) } }
        @{ Case = 'rows of a CSV file'; Export = { Export-GrafanaProvisioning @target -AlertRule ([pscustomobject]$rule | ConvertTo-Csv | ConvertFrom-Csv) } }
        @{ Case = 'a path'; Export = { Export-GrafanaProvisioning @target -AlertRule (Join-Path $TestDrive rules*.json) } }
        @{ Case = 'files'; Export = { Export-GrafanaProvisioning @target -AlertRule (Get-ChildItem $TestDrive -Filter rules.json) } }
    ) {
        ConvertTo-Json @($rule) | Set-Content (Join-Path $TestDrive rules.json)

        (. $Export).Uid | Should -Be 'daily'
    }

    It 'writes nothing with -WhatIf' {
        Export-GrafanaProvisioning @target -AlertRule $rule -WhatIf | Should -BeNullOrEmpty

        $target.ProvisioningPath | Should -Not -Exist
    }

    It 'makes Grafana delete rules that are no longer listed' {
        Export-GrafanaProvisioning @target -AlertRule $rule, @{ Name = 'Old'; Uid = 'old'; Kind = 'NoTelemetry'; Window = '10m' } | Out-Null

        $results = Export-GrafanaProvisioning @target -AlertRule $rule -Prune

        $results.Action | Should -Be 'Unchanged', 'Removed'
        $results[1].Path | Should -FileContentMatch 'deleteRules'
    }

    It 'writes the other rules when a definition is invalid or a file is missing' {
        $results = Export-GrafanaProvisioning @target -AlertRule @{ Name = 'Bad' }, 'none.json', $rule -ErrorAction SilentlyContinue -ErrorVariable problems

        $results.Uid | Should -Be 'daily'
        $problems.FullyQualifiedErrorId | Should -Be ('AlertRuleInvalid', 'AlertRuleNotFound' | ForEach-Object { "$_,TokenDashboard.Commands.ExportGrafanaProvisioningCommand" })
    }

    It 'shows a table that fits <Width> columns' -ForEach @{ Width = 80 }, @{ Width = 120 } {
        $lines = Export-GrafanaProvisioning @target -AlertRule $rule | Get-Display $Width

        $lines[0] | Should -Match '^Action +Kind +Uid +Name'
        $lines | Where-Object { $_.Length -gt $Width -or $_ -match '…$' } | Should -BeNullOrEmpty
    }
}
