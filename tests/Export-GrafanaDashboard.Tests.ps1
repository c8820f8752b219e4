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

Describe 'Export-GrafanaDashboard' {
    It 'takes address and token from the environment and says that nothing answers' {
        { Export-GrafanaDashboard -All -Path $TestDrive -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaUnreachable,*' -ExpectedMessage "*$closed*"
    }

    It 'knows no connection that was not made' {
        { Export-GrafanaDashboard -All -Path $TestDrive -Connection none -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaConnectionNotFound,*' -ExpectedMessage "*'none'*"
    }

    It 'asks the server before it looks at files to take changes over into' {
        { Export-GrafanaDashboard -File "$TestDrive/none.json" -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaUnreachable,*'
    }

    It 'does not stop at verbose lines under -Debug alone' {
        { Export-GrafanaDashboard one -Debug -ErrorAction Stop 5> $null } | Should -Throw -ErrorId 'GrafanaUnreachable,*'
    }
}
