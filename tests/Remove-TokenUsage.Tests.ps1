BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

Describe 'Remove-TokenUsage' {
    BeforeEach {
        $database = Get-SampleStore "$([guid]::NewGuid()).db"
        $before = (Get-TokenStore $database).LastRequest.AddDays(-1)
    }

    It 'removes requests and keeps their totals' {
        $sums = Get-TokenUsage Day, User -Database $database -TimeZone UTC
        $all = (Get-TokenStore $database).Rows

        $result = Remove-TokenUsage -Database $database -Before $before -Confirm:$false

        $result.RemovedRequests | Should -BeGreaterThan 0
        $result.Before.UtcTicks % [timespan]::FromMinutes(15).Ticks | Should -Be 0
        (Get-TokenStore $database).Rows | Should -Be ($all - $result.RemovedRequests)
        @(Get-TokenRequest -Database $database -Until $result.Before).Count | Should -Be 0
        $columns = 'Start', 'User', 'Requests', 'TotalTokens', 'PolicyFailures', 'InterruptedStreams'
        Get-TokenUsage Day, User -Database $database -TimeZone UTC | Select-Object $columns | ConvertTo-Json | Should -Be ($sums | Select-Object $columns | ConvertTo-Json)
        Test-TokenStore $database -Quiet | Should -BeTrue
    }

    It 'keeps removed requests out of a later import' {
        $copy = Join-Path $TestDrive "$([guid]::NewGuid()).db"
        Copy-Item $database $copy
        $usage = Get-TokenUsage -Database $database
        $result = Remove-TokenUsage -Database $database -Before $before -Confirm:$false

        $report = Import-TokenUsage $copy -Database $database -WarningAction SilentlyContinue -WarningVariable warnings

        $report.Imported, $report.BeforeRemoval | Should -Be 0, $result.RemovedRequests
        $warnings | Should -Match 'removed them from the store'
        $report | Format-List | Out-String | Should -Match 'Before removal'
        ($report | Get-Display 80)[2] | Should -Match " $($result.RemovedRequests) +0 "
        (Get-TokenUsage -Database $database).TotalTokens | Should -Be $usage.TotalTokens
    }

    It 'removes nothing with -WhatIf' {
        $hash = (Get-FileHash $database).Hash

        Remove-TokenUsage -Database $database -Before $before -WhatIf | Should -BeNullOrEmpty
        (Get-FileHash $database).Hash | Should -Be $hash
    }

    It 'warns with -WhatIf about costs that cannot be calculated without the requests' {
        $own = Join-Path $env:TOKENDASHBOARD_PRICES prices.yaml
        $provider, $model = (Get-TokenRequest -Database $database -First 1).ForEach({ $_.Provider, $_.Model })
        Set-Content $own "providers: [{ id: $provider, models: [{ id: mine, match: { equals: $model }, prices: { input_mtok: { base: 1, tiers: [{ start: 150, price: 2 }] } } }] }]"
        try {
            Remove-TokenUsage -Database $database -Before $before -WhatIf -WarningAction SilentlyContinue -WarningVariable warnings
        }
        finally {
            Remove-Item $own
        }

        $warnings | Should -HaveCount 1
        $warnings | Should -Match ": $model\. Without the requests"
    }

    It 'removes nothing if no request is old enough' {
        (Remove-TokenUsage -Database $database -Before 2000-01-01 -Confirm:$false).RemovedRequests | Should -Be 0
    }

    It 'reports a missing file' {
        { Remove-TokenUsage -Before 90d -Database (Join-Path $TestDrive none.db) -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'StoreNotFound,TokenDashboard.Commands.RemoveTokenUsageCommand'
    }
}
