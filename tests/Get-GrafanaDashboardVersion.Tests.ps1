# The .NET tests cover what needs a Grafana server. These tests cover what the packaged module does without one.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $token = [Net.NetworkCredential]::new('', 'glsa_not-a-real-token').SecurePassword

    $closed = Get-ClosedUrl

    $saved = $env:GRAFANA_URL, $env:GRAFANA_TOKEN
    $env:GRAFANA_URL, $env:GRAFANA_TOKEN = $closed, 'glsa_not-a-real-token'
}

AfterAll {
    $env:GRAFANA_URL, $env:GRAFANA_TOKEN = $saved
}

Describe 'Get-GrafanaDashboardVersion' {
    It 'reports an unreachable server from the environment' {
        { Get-GrafanaDashboardVersion one -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaUnreachable,*' -ExpectedMessage "*$closed*"
    }

    It 'reports an unknown connection' {
        { Get-GrafanaDashboardVersion one -Connection none -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaConnectionNotFound,*' -ExpectedMessage "*'none'*"
    }
}
