BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $grafana = Start-Grafana
}

AfterAll {
    $grafana | Stop-Grafana
}

Describe 'Set-GrafanaDataSource' {
    It 'creates and updates the data source, and changes nothing if it is up to date' {
        (Set-GrafanaDataSource /data/one.db).Action | Should -Be 'Created'
        (Set-GrafanaDataSource /data/one.db).Action | Should -Be 'Unchanged'
        (Set-GrafanaDataSource /data/two.db).Action | Should -Be 'Updated'

        $stored = Invoke-Grafana $grafana /api/datasources/uid/tokendashboard-sqlite
        $stored.type, $stored.jsonData.path | Should -Be 'frser-sqlite-datasource', '/data/two.db'
    }

    It 'writes nothing with -WhatIf' {
        $null = Set-GrafanaDataSource /data/two.db

        Set-GrafanaDataSource /data/three.db -WhatIf | Should -BeNullOrEmpty

        (Invoke-Grafana $grafana /api/datasources/uid/tokendashboard-sqlite).jsonData.path | Should -Be '/data/two.db'
    }

    It 'reports an unreachable server from the environment' {
        Disconnect-Grafana -All
        $env:GRAFANA_URL, $env:GRAFANA_TOKEN = (Get-ClosedUrl), 'glsa_not-a-real-token'
        try {
            { Set-GrafanaDataSource /data/observicia.db -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaUnreachable,*' -ExpectedMessage "*$env:GRAFANA_URL*"
        }
        finally {
            $env:GRAFANA_URL = $env:GRAFANA_TOKEN = $null
            $null = Connect-Grafana $grafana.Url -Token $grafana.Token
        }
    }

    It 'reports an unknown connection' {
        { Set-GrafanaDataSource /data/observicia.db -Connection none -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaConnectionNotFound,*' -ExpectedMessage "*'none'*"
    }
}
