BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $grafana = Start-Grafana
    $null = New-DashboardFile one llm | Publish-GrafanaDashboard -Folder LLM
    $null = New-DashboardFile two | Publish-GrafanaDashboard
}

AfterAll {
    $grafana | Stop-Grafana
}

Describe 'Export-GrafanaDashboard' {
    BeforeEach {
        $folder = Join-Path $TestDrive ([guid]::NewGuid())
    }

    It 'writes all dashboards to files by folder, and does not rewrite them' {
        $first = Export-GrafanaDashboard -All -Path $folder
        $second = Export-GrafanaDashboard -All -Path $folder

        $first.Uid | Sort-Object | Should -Be 'one', 'two'
        $first.Action | Sort-Object -Unique | Should -Be 'Created'
        $second.Action | Sort-Object -Unique | Should -Be 'Unchanged'
        (Get-Content (Join-Path $folder LLM one.json) -Raw | ConvertFrom-Json).title | Should -Be 'The one'
        Join-Path $folder two.json | Should -Exist
    }

    It 'completes names from the server: <Line>' -ForEach @(
        @{ Line = 'Export-GrafanaDashboard -Uid '; Expected = 'one', 'two' }
        @{ Line = 'Export-GrafanaDashboard -Tag l'; Expected = 'llm' }
        @{ Line = 'Export-GrafanaDashboard -Folder '; Expected = 'LLM' }
        @{ Line = "Export-GrafanaDashboard -Title 'The t"; Expected = "'The two'" }
        @{ Line = 'Get-GrafanaDashboardVersion t'; Expected = 'two' }
        @{ Line = 'Publish-GrafanaDashboard -Folder L'; Expected = 'LLM' }
    ) {
        Complete $Line | Should -Be $Expected
    }

    It 'returns dashboards with a tag as objects that can be published' {
        $exported = Export-GrafanaDashboard -Tag llm

        $exported.Uid | Should -Be 'one'
        ($exported | Publish-GrafanaDashboard).Action | Should -Be 'Unchanged'
    }

    It 'accepts the dashboards in publish results and ignores folders and data sources' {
        $results = New-DashboardFile three | Publish-GrafanaDashboard -Folder LLM -Force -Database /data/observicia.db
        # The result of a dashboard that was not published.
        $failed = [pscustomobject]@{ Kind = 'Dashboard'; Uid = 'four'; Version = $null }

        $results.Kind | Should -Contain 'Folder'
        ($results | Export-GrafanaDashboard -ErrorAction Stop).Uid | Should -Be 'three'
        ($results | Get-GrafanaDashboardVersion -ErrorAction Stop).Uid | Should -Be 'three'
        { $failed | Export-GrafanaDashboard -ErrorAction Stop } | Should -Throw -ErrorId 'DashboardNotFound,*'
        { Export-GrafanaDashboard one -Version 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'restores an older version' {
        Edit-InBrowser $grafana two { $_.title = 'Spoilt' }

        (Export-GrafanaDashboard two).Title | Should -Be 'Spoilt'
        $result = Export-GrafanaDashboard two -Version 1 | Publish-GrafanaDashboard -Force -BackupPath $folder

        $result.Action | Should -Be 'Updated'
        (Export-GrafanaDashboard two).Title | Should -Be 'The two'
        Get-Content $result.BackupPath -Raw | Should -Match 'Spoilt'
    }

    It 'writes nothing with -WhatIf' {
        Export-GrafanaDashboard -All -Path $folder -WhatIf | Should -BeNullOrEmpty
        $folder | Should -Not -Exist
    }

    It 'reports a missing dashboard and exports the others' {
        $result = Export-GrafanaDashboard none, one -Path $folder -ErrorVariable problems -ErrorAction SilentlyContinue

        $result.Uid | Should -Be 'one'
        $problems.FullyQualifiedErrorId | Should -Be 'DashboardNotFound,TokenDashboard.Commands.ExportGrafanaDashboardCommand'
    }

    It 'reports an unreachable server from the environment' {
        Disconnect-Grafana -All
        $env:GRAFANA_URL, $env:GRAFANA_TOKEN = (Get-ClosedUrl), 'glsa_not-a-real-token'
        try {
            { Export-GrafanaDashboard -All -Path $folder -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaUnreachable,*' -ExpectedMessage "*$env:GRAFANA_URL*"
        }
        finally {
            $env:GRAFANA_URL = $env:GRAFANA_TOKEN = $null
            $null = Connect-Grafana $grafana.Url -Token $grafana.Token
        }
    }

    It 'reports an unknown connection' {
        { Export-GrafanaDashboard -All -Path $folder -Connection none -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaConnectionNotFound,*' -ExpectedMessage "*'none'*"
    }

    It 'contacts the server before it reads the files of -File' {
        Disconnect-Grafana
        $env:GRAFANA_URL, $env:GRAFANA_TOKEN = (Get-ClosedUrl), 'glsa_not-a-real-token'
        try {
            { Export-GrafanaDashboard -File "$TestDrive/none.json" -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaUnreachable,*'
        }
        finally {
            $env:GRAFANA_URL = $env:GRAFANA_TOKEN = $null
            $null = Connect-Grafana $grafana.Url -Token $grafana.Token
        }
    }

    It 'does not prompt with -Debug alone' {
        (Export-GrafanaDashboard one -Debug 5> $null).Uid | Should -Be one
    }
}
