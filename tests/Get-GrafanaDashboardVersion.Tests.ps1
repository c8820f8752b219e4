# What needs a Grafana is tested against one in the .NET tests; here stands what the packaged module does without.

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
    It 'takes address and token from the environment and says that nothing answers' {
        { Get-GrafanaDashboardVersion one -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaUnreachable,*' -ExpectedMessage "*$closed*"
    }

    It 'knows no connection that was not made' {
        { Get-GrafanaDashboardVersion one -Connection none -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaConnectionNotFound,*' -ExpectedMessage "*'none'*"
    }
}
