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

Describe 'Disconnect-Grafana' {
    It 'says that there is no default connection' {
        { Disconnect-Grafana -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaConnectionNotFound,*'
    }

    It 'forgets all, also where there are none' {
        { Disconnect-Grafana -All -ErrorAction Stop } | Should -Not -Throw
    }
}
