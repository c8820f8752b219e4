BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $grafana = Start-Grafana
}

AfterAll {
    $grafana | Stop-Grafana
}

Describe 'Disconnect-Grafana' {
    BeforeEach {
        Disconnect-Grafana -All
    }

    It 'removes one connection and keeps the others' {
        'first', 'second' | ForEach-Object { $null = Connect-Grafana $grafana.Url -Token $grafana.Token -Name $_ }

        Disconnect-Grafana first

        (Get-GrafanaConnection).Name | Should -Be 'second'
    }

    It 'removes connections from the pipeline' {
        'first', 'second' | ForEach-Object { $null = Connect-Grafana $grafana.Url -Token $grafana.Token -Name $_ }

        Get-GrafanaConnection | Disconnect-Grafana

        Get-GrafanaConnection | Should -BeNullOrEmpty
    }

    It 'reports that there is no default connection' {
        { Disconnect-Grafana -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaConnectionNotFound,*'
    }

    It 'accepts -All without connections' {
        { Disconnect-Grafana -All -ErrorAction Stop } | Should -Not -Throw
    }
}
