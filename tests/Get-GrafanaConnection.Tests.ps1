BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $grafana = Start-Grafana
}

AfterAll {
    $grafana | Stop-Grafana
}

Describe 'Get-GrafanaConnection' {
    It 'lists the connections, with the latest as the default' {
        $null = Connect-Grafana $grafana.Url -Token $grafana.Token -Name second

        (Get-GrafanaConnection).Name | Sort-Object | Should -Be 'default', 'second'
        (Get-GrafanaConnection | Where-Object IsDefault).Name | Should -Be 'second'
        (Get-GrafanaConnection def*).Url | Should -Be $grafana.Url
    }

    It 'shows a table without a secret' {
        $lines = Get-GrafanaConnection default | Get-Display 80

        $lines -match '^ +default +13\.3\.1 +yes +http://127' | Should -HaveCount 1
        Get-GrafanaConnection | Format-List * -Force | Out-String | Should -Not -Match $grafana.PlainToken
    }

    It 'completes names' {
        Complete 'Get-GrafanaConnection def' | Should -Be 'default'
    }

    It 'returns nothing after all connections are removed' {
        Disconnect-Grafana -All

        Get-GrafanaConnection | Should -BeNullOrEmpty
    }

    It 'reports an unknown name' {
        { Get-GrafanaConnection none -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaConnectionNotFound,*' -ExpectedMessage "*'none'*"
    }
}
