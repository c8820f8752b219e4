BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $store = @{ Database = Get-SampleStore; TimeZone = 'UTC' }
    $range = @{ Since = '2026-10-27'; Until = '2026-10-30' }
    $summary = Measure-TokenUsage @store @range
}

Describe 'Measure-TokenUsage' {
    It 'returns one object with the values of Get-TokenUsage' {
        $usage = Get-TokenUsage @store @range

        $summary | Should -HaveCount 1
        foreach ($name in 'Requests', 'TotalTokens', 'Cost', 'UnpricedTokens', 'P50DurationMs', 'P95DurationMs', 'P99DurationMs') {
            $summary.$name | Should -Be $usage.$name -Because $name
        }
    }

    It 'finds the busiest hour and the busiest day' {
        $hour = Get-TokenUsage Hour @store @range -OrderBy TotalTokens -Descending -First 1
        $day = Get-TokenUsage Day @store @range -OrderBy TotalTokens -Descending -First 1

        $summary.BusiestHour.Start | Should -Be $hour.Start
        $summary.BusiestHour.TotalTokens | Should -Be $hour.TotalTokens
        $summary.PeakTokensPerMinute | Should -Be ($hour.TotalTokens / 60)
        $summary.BusiestDay.Start | Should -Be $day.Start
    }

    It 'keeps its time range in a CSV file' {
        $summary | Export-Csv (Join-Path $TestDrive summary.csv)

        (Import-Csv (Join-Path $TestDrive summary.csv) | Get-TokenUsage @store).Requests | Should -Be $summary.Requests
    }

    It 'compares with the preceding period' {
        $before = Get-TokenUsage @store -Since 2026-10-24 -Until 2026-10-27

        $summary.PreviousTokens | Should -Be $before.TotalTokens
        $summary.Change | Should -Be ($summary.TotalTokens - $before.TotalTokens)
        $summary.PreviousCost | Should -Be $before.Cost
    }

    It 'forecasts the month' {
        $month = Get-TokenUsage @store -Since 2026-10-01 -Until 2026-10-30

        $summary.MonthTokens | Should -Be $month.TotalTokens
        $summary.MonthForecastTokens | Should -BeGreaterThan $month.TotalTokens
        $summary.MonthForecastCost | Should -BeGreaterThan $month.Cost
    }

    It 'accepts the same filters, prices and pipeline input as the other commands' {
        (Measure-TokenUsage @store -User alice -Model gpt-4o).Requests | Should -Be (Get-TokenUsage @store -User alice -Model gpt-4o).Requests
        (Measure-TokenUsage @store @range -PriceAt 2026-01-01).CostAtRequest | Should -Be $summary.Cost
        $rows = Get-UserTokenUsage @store -First 3 | Measure-TokenUsage @store
        $rows.TotalTokens | Should -Be (Get-UserTokenUsage @store -First 3).TotalTokens
    }

    It 'returns time ranges and peaks that other commands accept' {
        ($summary | Get-TokenUsage @store).TotalTokens | Should -Be $summary.TotalTokens
        ($summary.BusiestHour | Get-TokenRequest @store).Count | Should -Be $summary.BusiestHour.Requests
    }

    It 'keeps its values in JSON' {
        $json = $summary | ConvertTo-Json -Depth 3 | ConvertFrom-Json

        $json.TotalTokens | Should -Be $summary.TotalTokens
        $json.BusiestDay.TotalTokens | Should -Be $summary.BusiestDay.TotalTokens
    }

    It 'shows a list that fits <_> columns' -ForEach 80, 120 {
        $lines = $summary | Get-Display $_

        $lines | Where-Object Length -GT $_ | Should -BeNullOrEmpty
        $lines -match ('^Total tokens +: {0:N0}$' -f $summary.TotalTokens) | Should -HaveCount 1
        $lines -match '^Month forecast +: ' | Should -HaveCount 1
    }

    It 'shows its own values after a table of another command' {
        $lines = & { Get-TokenUsage Model @store; $summary } | Get-Display 80

        $lines -match "^TotalTokens +: $($summary.TotalTokens)$" | Should -HaveCount 1
        $lines -match '^BusiestHour +: ' | Should -HaveCount 1
    }

    It 'shows both offsets of a time range with a clock change' {
        $lines = Measure-TokenUsage -Database $store.Database -TimeZone Europe/Berlin -Since 2026-10-24 -Until 2026-10-27 -WarningAction SilentlyContinue | Get-Display 80

        $lines -match '^Range +: 2026-10-24 00:00 \+02:00 - 2026-10-27 00:00 \+01:00$' | Should -HaveCount 1
    }

    It 'warns if no request matches' {
        $empty = Measure-TokenUsage @store -Since 2020-01-01 -Until 2020-02-01 -WarningVariable warning -WarningAction SilentlyContinue

        $empty.Requests | Should -Be 0
        $warning | Should -HaveCount 1
    }

    It 'shows the cost of a month in its currency, also if no token of the time range has a price' {
        $folder = (New-Item -ItemType Directory (Join-Path $TestDrive euro)).FullName
        Set-Content (Join-Path $folder prices.yaml) "currency: EUR`nproviders: [{ id: own, models: [{ id: mine, prices: { input_mtok: 2 } }] }]"
        Set-Content (Join-Path $folder usage.csv) 'timestamp,user_id,provider,model,prompt_tokens', '2026-10-03T12:00:00,a,own,mine,1000000', '2026-10-05T12:00:00,a,own,unknown,1000'
        $database = Join-Path $folder euro.db
        $null = Import-TokenUsage (Join-Path $folder usage.csv) -Database $database
        $prices = $env:TOKENDASHBOARD_PRICES
        $env:TOKENDASHBOARD_PRICES = $folder
        try {
            $october = Measure-TokenUsage -Database $database -TimeZone UTC -Since 2026-10-05 -Until 2026-10-06 -WarningVariable warning -WarningAction SilentlyContinue
        }
        finally {
            $env:TOKENDASHBOARD_PRICES = $prices
        }

        ($october | Get-Display 80) -match '^Month so far +: 1,001,000 tokens €2\.00$' | Should -HaveCount 1
        $warning | Should -BeNullOrEmpty
    }

    It 'reports invalid input: <ErrorId>' -ForEach @(
        @{ ErrorId = 'RangeInvalid'; Parameter = @{ Since = '2026-10-30'; Until = '2026-10-30' } }
        @{ ErrorId = 'RangeInvalid'; Parameter = @{ Since = '2026-10-30'; Last = '7d' } }
        @{ ErrorId = 'StoreNotFound'; Parameter = @{ Database = 'none.db' } }
    ) {
        $query = $store + @{}
        $Parameter.Keys | ForEach-Object { $query[$_] = $Parameter[$_] }
        { Measure-TokenUsage @query } | Should -Throw -ErrorId "$ErrorId,TokenDashboard.Commands.MeasureTokenUsageCommand"
    }
}
