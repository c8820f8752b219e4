BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $token = [Net.NetworkCredential]::new('', 'glsa_not-a-real-token').SecurePassword
    $files = (New-Item (Join-Path $TestDrive files) -ItemType Directory).FullName
    New-GrafanaDashboard -Path $files

    $closed = Get-ClosedUrl
}

Describe 'Publish-GrafanaDashboard to provisioning files' {
    BeforeEach {
        $target = @{ ProvisioningPath = Join-Path $TestDrive ([guid]::NewGuid()); Database = '/data/observicia.db'; Folder = 'LLM' }
    }

    It 'writes what Grafana reads, once' {
        $first = New-GrafanaDashboard | Publish-GrafanaDashboard @target
        $second = New-GrafanaDashboard | Publish-GrafanaDashboard @target

        $first.Action | Sort-Object -Unique | Should -Be 'Created'
        $second.Action | Sort-Object -Unique | Should -Be 'Unchanged'
        $second.Path | Should -Be $first.Path
        $first.Path | ForEach-Object { $_ | Should -Exist }
        Join-Path $target.ProvisioningPath datasources tokendashboard.yaml | Should -FileContentMatch 'path: .*/data/observicia\.db'
        Join-Path $target.ProvisioningPath dashboards tokendashboard.yaml | Should -FileContentMatch 'folder: .*LLM'
        (Get-Content (Join-Path $target.ProvisioningPath dashboards tokendashboard tokendashboard-overview.json) -Raw | ConvertFrom-Json -AsHashtable).title |
            Should -Be (New-GrafanaDashboard Overview).Title
    }

    It 'gives the dashboards along with -PassThru' {
        $results = New-GrafanaDashboard | Publish-GrafanaDashboard @target -PassThru

        ($results | Where-Object Dashboard).Dashboard.Uid | Should -Be (New-GrafanaDashboard).Uid
    }

    It 'takes <Case>' -ForEach @(
        @{ Case = 'no dashboard, which means all of them'; Publish = { Publish-GrafanaDashboard @target } }
        @{ Case = 'paths with wildcards'; Publish = { Publish-GrafanaDashboard (Join-Path $files *.json) @target } }
        @{ Case = 'files from the pipeline'; Publish = { Get-ChildItem $files | Publish-GrafanaDashboard @target } }
        @{ Case = 'paths from the pipeline'; Publish = { (Get-ChildItem $files).FullName | Publish-GrafanaDashboard @target } }
        @{ Case = 'the files of New-GrafanaDashboard'; Publish = { New-GrafanaDashboard -Path $files -PassThru | Publish-GrafanaDashboard @target } }
    ) {
        (. $Publish).Uid | Where-Object { $_ } | Should -Be (New-GrafanaDashboard).Uid
    }

    It 'updates what has changed and leaves the rest' {
        Publish-GrafanaDashboard @target | Out-Null

        $results = New-GrafanaDashboard Overview -Title 'Another title' | Publish-GrafanaDashboard @target

        $results.Action | Should -Be 'Unchanged', 'Unchanged', 'Updated'
    }

    It 'writes nothing with -WhatIf' {
        Publish-GrafanaDashboard @target -WhatIf | Should -BeNullOrEmpty

        $target.ProvisioningPath | Should -Not -Exist
    }

    It 'publishes the others when a file is missing or no dashboard' {
        $bad = New-Item (Join-Path $TestDrive bad.json) -Value '{ "panels": [] }' -Force

        $results = Publish-GrafanaDashboard (Join-Path $TestDrive none.json), $bad.FullName, (Join-Path $files *.json) @target -ErrorAction SilentlyContinue -ErrorVariable problems

        $results.Uid | Should -Contain 'tokendashboard-overview'
        $problems.FullyQualifiedErrorId | Should -Be ('DashboardNotFound', 'DashboardInvalid' | ForEach-Object { "$_,TokenDashboard.Commands.PublishGrafanaDashboardCommand" })
    }

    It 'puts the data source with a uid in the place of all that read SQLite' {
        Publish-GrafanaDashboard @target -DataSource my-store -WarningVariable warnings | Out-Null

        Join-Path $target.ProvisioningPath datasources tokendashboard.yaml | Should -FileContentMatch 'uid: my-store'
        Join-Path $target.ProvisioningPath dashboards tokendashboard tokendashboard-overview.json | Should -FileContentMatch '"value": "my-store"'
        $warnings | Should -BeNullOrEmpty
    }

    It 'puts data sources of a hashtable in place and warns of one that no dashboard refers to' {
        $file = New-Item (Join-Path $TestDrive other.json) -Force -Value '{ "uid": "other", "title": "Other", "panels": [ { "id": 1, "datasource": { "type": "mysql", "uid": "old" } } ] }'

        Publish-GrafanaDashboard $file.FullName @target -DataSource @{ old = 'new'; absent = 'x' } -WarningVariable warnings -WarningAction SilentlyContinue | Out-Null

        (Get-Content (Join-Path $target.ProvisioningPath dashboards tokendashboard other.json) -Raw | ConvertFrom-Json).panels[0].datasource.uid | Should -Be 'new'
        $warnings | Should -HaveCount 1
        "$warnings" | Should -Match "'absent'"
    }

    It 'says that a data source needs its uid where no server can be asked' {
        { Publish-GrafanaDashboard @target -DataSource 'some name' } | Should -Throw '*some name*' -ErrorId 'GrafanaDataSourceMissing,*'
    }

    It 'shows a table that fits <Width> columns' -ForEach @{ Width = 80 }, @{ Width = 120 } {
        $lines = Publish-GrafanaDashboard @target | Get-Display $Width

        $lines[0] | Should -Match '^Action +Kind +Uid +Name'
        $lines | Where-Object { $_.Length -gt $Width -or $_ -match '…$' } | Should -BeNullOrEmpty
    }
}

Describe 'Publish-GrafanaDashboard to a server' {
    It 'says what is wrong: <ErrorId>' -ForEach @(
        @{ ErrorId = 'GrafanaUrlInvalid'; Parameter = @{} }
        @{ ErrorId = 'GrafanaUrlInvalid'; Parameter = @{ Url = 'ftp://grafana.example.org' } }
        @{ ErrorId = 'GrafanaUrlInvalid'; Parameter = @{ Url = 'https://admin:secret@grafana.example.org' } }
        @{ ErrorId = 'ParameterArgumentValidationError'; Parameter = @{ TimeoutSec = 0 } }
        @{ ErrorId = 'CannotConvertArgumentNoMessage'; Parameter = @{ Api = 'Both' } }
        @{ ErrorId = 'ParameterArgumentValidationError'; Parameter = @{ DataSourceUid = 'a b' } }
    ) {
        { New-GrafanaDashboard | Publish-GrafanaDashboard @Parameter -Token $token } |
            Should -Throw -ErrorId "$ErrorId,TokenDashboard.Commands.PublishGrafanaDashboardCommand"
    }

    It 'asks for a token or a credential, and for one of them only' {
        $credential = [pscredential]::new('admin', $token)

        { Publish-GrafanaDashboard -Url $closed } | Should -Throw -ErrorId 'GrafanaSignInInvalid,*'
        { Publish-GrafanaDashboard -Url $closed -Token $token -Credential $credential } | Should -Throw -ErrorId 'GrafanaSignInInvalid,*'
    }

    It 'says that a server is down, without the token in any text' {
        $problem = { New-GrafanaDashboard | Publish-GrafanaDashboard -Url $closed -Token $token -Folder LLM } |
            Should -Throw -ErrorId 'GrafanaUnreachable,TokenDashboard.Commands.PublishGrafanaDashboardCommand' -PassThru

        $problem.CategoryInfo.Category | Should -Be 'ConnectionError'
        $problem | Format-List * -Force | Out-String | Should -Not -Match 'not-a-real-token'
    }

    It 'takes address and token from the environment' {
        $env:GRAFANA_URL = $closed
        $env:GRAFANA_TOKEN = 'glsa_not-a-real-token'
        try {
            { Publish-GrafanaDashboard } | Should -Throw "*$closed*" -ErrorId 'GrafanaUnreachable,*'
        }
        finally {
            Remove-Item Env:GRAFANA_URL, Env:GRAFANA_TOKEN
        }
    }
}

Describe 'Publish-GrafanaDashboard to a server that answers' {
    BeforeAll {
        $grafana = Start-Grafana
    }

    AfterAll {
        $grafana | Stop-Grafana
    }

    It 'brings dashboards, folder and data source, once' {
        $first = New-GrafanaDashboard | Publish-GrafanaDashboard -Folder LLM/Tokens -Database /data/observicia.db
        $second = New-GrafanaDashboard | Publish-GrafanaDashboard -Folder LLM/Tokens -Database /data/observicia.db

        $first | Group-Object Kind -NoElement | Sort-Object Name | ForEach-Object { "$($_.Count) $($_.Name)" } | Should -Be '4 Dashboard', '1 DataSource', '2 Folder'
        $first.Action | Sort-Object -Unique | Should -Be 'Created'
        $second.Action | Sort-Object -Unique | Should -Be 'Unchanged'
        $stored = Invoke-Grafana $grafana /api/dashboards/uid/tokendashboard-overview
        $stored.dashboard.title, $stored.meta.folderTitle | Should -Be (New-GrafanaDashboard Overview).Title, 'Tokens'
    }

    It 'keeps an edit that was made in the browser, until -Force, which keeps it in a backup' {
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
