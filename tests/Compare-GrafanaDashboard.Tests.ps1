BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $grafana = Start-Grafana
    $other = Start-Grafana other
    $null = Connect-Grafana $grafana.Url -Token $grafana.Token -Name first
    $file = New-DashboardFile one
    foreach ($name in 'first', 'other') {
        $null = Publish-GrafanaDashboard $file -Connection $name
    }
    Edit-InBrowser $other one { $_.refresh = '5m'; $_.panels[0].type = 'gauge' }

    function Get-Line {
        $input | ForEach-Object { "$($_.Path) $($_.Kind) $($_.Left) $($_.Right)" }
    }
}

AfterAll {
    $grafana, $other | Stop-Grafana
}

Describe 'Compare-GrafanaDashboard' {
    It 'finds no differences between a file and the dashboard published from it' {
        Compare-GrafanaDashboard $file -Connection first | Should -BeNullOrEmpty
    }

    It 'reports changes made in the browser: <Name>' -ForEach @(
        @{ Name = 'file and server'; Compare = { Compare-GrafanaDashboard $file -Connection other } }
        @{ Name = 'two servers'; Compare = { Compare-GrafanaDashboard -Uid one -Connection first -WithConnection other } }
        @{ Name = 'two versions'; Compare = { Compare-GrafanaDashboard -Uid one -Connection other -Version 1 -WithVersion 2 } }
        @{ Name = 'a version and the current one'; Compare = { Compare-GrafanaDashboard -Uid one -Connection other -Version 1 } }
        @{ Name = 'a dashboard from the pipeline'; Compare = { Export-GrafanaDashboard one -Connection first | Compare-GrafanaDashboard -Connection other } }
    ) {
        & $Compare | Get-Line | Should -Be 'refresh Changed 1m 5m', 'panels[1].type Changed stat gauge'
    }

    It 'groups the differences by dashboard and panel' {
        $lines = Compare-GrafanaDashboard $file -Connection other | Get-Display 80

        $lines | Should -Contain '   Dashboard: one, panel Total'
        $lines -match '^Changed panels\[1\]\.type' | Should -HaveCount 1
    }

    It 'reports a dashboard missing on the server and compares the others' {
        $result = (New-DashboardFile absent), $file | Compare-GrafanaDashboard -Connection other -ErrorVariable problems -ErrorAction SilentlyContinue

        $result | Should -HaveCount 2
        $problems.FullyQualifiedErrorId | Should -Be 'DashboardNotFound,TokenDashboard.Commands.CompareGrafanaDashboardCommand'
    }

    It 'reports a missing version, and how to find the others' {
        { Compare-GrafanaDashboard -Uid one -Connection other -Version 9 -ErrorAction Stop } |
            Should -Throw '*has no version 9*Get-GrafanaDashboardVersion*' -ErrorId 'DashboardNotFound,*'
    }

    It 'reports an unreachable server from the environment' {
        Disconnect-Grafana -All
        $env:GRAFANA_URL, $env:GRAFANA_TOKEN = (Get-ClosedUrl), 'glsa_not-a-real-token'
        try {
            { Compare-GrafanaDashboard $file -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaUnreachable,*' -ExpectedMessage "*$env:GRAFANA_URL*"
        }
        finally {
            $env:GRAFANA_URL = $env:GRAFANA_TOKEN = $null
            $null = Connect-Grafana $grafana.Url -Token $grafana.Token
        }
    }

    It 'reports an unknown connection' {
        { Compare-GrafanaDashboard $file -Connection none -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaConnectionNotFound,*' -ExpectedMessage "*'none'*"
    }
}
