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

    It 'forgets one connection and keeps the others' {
        'first', 'second' | ForEach-Object { $null = Connect-Grafana $grafana.Url -Token $grafana.Token -Name $_ }

        Disconnect-Grafana first

        (Get-GrafanaConnection).Name | Should -Be 'second'
    }

    It 'forgets connections from the pipeline' {
        'first', 'second' | ForEach-Object { $null = Connect-Grafana $grafana.Url -Token $grafana.Token -Name $_ }

        Get-GrafanaConnection | Disconnect-Grafana

        Get-GrafanaConnection | Should -BeNullOrEmpty
    }

    It 'says that there is no default connection' {
        { Disconnect-Grafana -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaConnectionNotFound,*'
    }

    It 'forgets all, also where there are none' {
        { Disconnect-Grafana -All -ErrorAction Stop } | Should -Not -Throw
    }
}
