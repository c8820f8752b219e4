BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $grafana = Start-Grafana
    $null = Set-GrafanaDataSource /data/observicia.db
}

AfterAll {
    $grafana | Stop-Grafana
}

Describe 'Test-GrafanaDataSource' {
    It 'reports that Grafana can read the store, and the number of requests' {
        $check = Test-GrafanaDataSource

        $check.Healthy, $check.Database, $check.Requests | Should -Be $true, '/data/observicia.db', 18810
        $check.Problems | Should -BeNullOrEmpty
    }

    It 'reports a problem if the data source does not exist' {
        $check = Test-GrafanaDataSource absent

        $check.Healthy | Should -BeFalse
        $check.Problems | Should -HaveCount 1
    }

    It 'rejects an invalid uid' {
        { Test-GrafanaDataSource 'no uid' } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'reports an unreachable server from the environment' {
        Disconnect-Grafana -All
        $env:GRAFANA_URL, $env:GRAFANA_TOKEN = (Get-ClosedUrl), 'glsa_not-a-real-token'
        try {
            { Test-GrafanaDataSource -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaUnreachable,*' -ExpectedMessage "*$env:GRAFANA_URL*"
        }
        finally {
            $env:GRAFANA_URL = $env:GRAFANA_TOKEN = $null
            $null = Connect-Grafana $grafana.Url -Token $grafana.Token
        }
    }

    It 'reports an unknown connection' {
        { Test-GrafanaDataSource -Connection none -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaConnectionNotFound,*' -ExpectedMessage "*'none'*"
    }
}
