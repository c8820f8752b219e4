BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $grafana = Start-Grafana
    $null = Set-GrafanaDataSource /data/observicia.db
}

AfterAll {
    $grafana | Stop-Grafana
}

Describe 'Test-GrafanaDataSource' {
    It 'says that Grafana reads the store, and how many requests it counts' {
        $check = Test-GrafanaDataSource

        $check.Healthy, $check.Database, $check.Requests | Should -Be $true, '/data/observicia.db', 18810
        $check.Problems | Should -BeNullOrEmpty
    }

    It 'says what is wrong where there is no such data source' {
        $check = Test-GrafanaDataSource absent

        $check.Healthy | Should -BeFalse
        $check.Problems | Should -HaveCount 1
    }

    It 'refuses what cannot be a uid' {
        { Test-GrafanaDataSource 'no uid' } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'says that nothing answers at the address of the environment' {
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

    It 'knows no connection that was not made' {
        { Test-GrafanaDataSource -Connection none -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaConnectionNotFound,*' -ExpectedMessage "*'none'*"
    }
}
