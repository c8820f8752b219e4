BeforeDiscovery {
    $views = @(
        @{ Parameter = @{}; Headers = 'Rank', 'Total', 'Cost', 'Requests', 'Share', 'User' }
        @{ Parameter = @{ Since = '2026-10-25'; Until = '2026-10-28'; ComparePrevious = $true }; Headers = 'Rank', 'Total', 'Previous', 'Change %', 'Cost', 'User' }
        @{ Parameter = @{ Since = '2026-10-25'; Until = '2026-10-28'; ComparePrevious = $true; OrderBy = 'Cost' }; Headers = 'Rank', 'Cost', 'Cost before', 'Change %', 'Total', 'User' }
        @{ Parameter = @{ Per = 'Day' }; Headers = 'Start', 'Total', 'Cost', 'Requests', 'User' }
        @{ Parameter = @{ Per = 'Hour'; Cumulative = $true }; Headers = 'Start', 'Total', 'Cumulative', 'Cost', 'User' }
        @{ Parameter = @{ Pattern = $true }; Headers = 'Weekday', 'Hour', 'Total', 'Requests', 'Share', 'User' }
    ) | ForEach-Object { $view = $_; 80, 120, 200 | ForEach-Object { $view + @{ Width = $_ } } }
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/process.ps1"
    $store = @{ Database = Get-SampleStore; TimeZone = 'UTC' }
    $users = Get-UserTokenUsage @store
    $total = Get-TokenUsage @store
}

Describe 'Get-UserTokenUsage' {
    It 'ranks users by their tokens' {
        # An array has its own property Rank.
        $users | ForEach-Object Rank | Should -Be (1..$users.Count)
        $users.TotalTokens | Should -Be ($users.TotalTokens | Sort-Object -Descending)
        ($users | Measure-Object TotalTokens -Sum).Sum | Should -Be $total.TotalTokens
        [Math]::Round(($users | Measure-Object Share -Sum).Sum, 9) | Should -Be 1
    }

    It 'returns values for each user that match the requests' {
        $requests = Get-TokenRequest @store -User alice
        $alice = $users | Where-Object User -EQ alice

        $alice.Requests | Should -Be $requests.Count
        $alice.FirstRequest | Should -Be $requests[0].Timestamp
        $alice.LastRequest | Should -Be $requests[-1].Timestamp
        $alice.Models | Should -Be ($requests.Model | Sort-Object -Unique)
        $alice.MaxDurationMs | Should -Be ($requests | Measure-Object DurationMs -Maximum).Maximum
    }

    It 'keeps the rank in another order' {
        $ordered = Get-UserTokenUsage @store -OrderBy Requests -First 3

        $ordered.Requests | Should -Be ($users.Requests | Sort-Object | Select-Object -First 3)
        $ordered[0].Rank | Should -Be ($users | Where-Object User -EQ $ordered[0].User).Rank
    }

    It 'returns a time series per <_>' -ForEach 'Hour', 'Day', 'Week', 'Month' {
        $rows = Get-UserTokenUsage @store -Per $_

        ($rows | Measure-Object TotalTokens -Sum).Sum | Should -Be $total.TotalTokens
        $rows | Where-Object { $_.End -le $_.Start } | Should -BeNullOrEmpty
        ($rows | Group-Object User).Name | Sort-Object | Should -Be ($users.User | Sort-Object)
    }

    It 'ends at the total with -Cumulative, also with filled days' {
        $rows = Get-UserTokenUsage @store -User alice -Per Day -Cumulative -Fill -Since 2026-10-20 -Until 2026-11-03

        $rows | Should -HaveCount 14
        $rows.CumulativeTokens | Should -Be ($rows.CumulativeTokens | Sort-Object)
        $rows[-1].CumulativeTokens | Should -Be ($users | Where-Object User -EQ alice).TotalTokens
        (Get-UserTokenUsage @store -User alice -Cumulative)[-1].CumulativeTokens | Should -Be $rows[-1].CumulativeTokens
    }

    It 'returns the weekly pattern' {
        $rows = Get-UserTokenUsage @store -User alice -Pattern

        ($rows | Measure-Object Requests -Sum).Sum | Should -Be ($users | Where-Object User -EQ alice).Requests
        $rows.HourOfDay | ForEach-Object { $_ | Should -BeIn (0..23) }
        $rows[0].Weekday | Should -BeIn ([DayOfWeek].GetEnumNames())
        $rows | Group-Object Weekday, HourOfDay | Where-Object Count -NE 1 | Should -BeNullOrEmpty
    }

    It 'returns total rows that remain totals in CSV' {
        Get-UserTokenUsage @store -Total -WarningAction SilentlyContinue | Export-Csv (Join-Path $TestDrive users.csv)
        $rows = Import-Csv (Join-Path $TestDrive users.csv)

        ($rows[-1] | Get-TokenUsage @store).Requests | Should -Be $rows[-1].Requests
        ($rows[0] | Get-TokenUsage @store).Requests | Should -Be $rows[0].Requests
    }

    It 'does not compare with a period that began before the first request' {
        $users = Get-UserTokenUsage @store -Since 2026-10-20 -Until 2026-10-30 -ComparePrevious -WarningVariable warning -WarningAction SilentlyContinue

        $users | Should -Not -BeNullOrEmpty
        $users | Where-Object PreviousTokens -NE $null | Should -BeNullOrEmpty
        $warning | Should -HaveCount 1
    }

    It 'compares with the preceding period of equal length' {
        $now = Get-UserTokenUsage @store -Since 2026-10-28 -Until 2026-10-30 -ComparePrevious
        $before = Get-UserTokenUsage @store -Since 2026-10-26 -Until 2026-10-28

        foreach ($user in $now) {
            $tokens = ($before | Where-Object User -EQ $user.User).TotalTokens ?? 0
            $user.PreviousTokens | Should -Be $tokens
            $user.Change | Should -Be ($user.TotalTokens - $tokens)
            $user.ChangeRatio | Should -Be ($tokens ? ($user.TotalTokens - $tokens) / $tokens : $null)
        }
        $before.User | ForEach-Object { $_ | Should -BeIn $now.User }
    }

    It 'adds totals' {
        $all = Get-UserTokenUsage @store -Total -First 2
        $days = Get-UserTokenUsage @store -Per Day -Total

        $all | Should -HaveCount 3
        $all[-1].TotalTokens, $days[-1].TotalTokens | Should -Be $total.TotalTokens, $total.TotalTokens
        foreach ($user in $users) {
            ($days | Where-Object { $_.IsTotal -and $_.User -ceq $user.User }).TotalTokens | Should -Be $user.TotalTokens
        }
        (Get-UserTokenUsage @store -Pattern -Total)[-1].Requests | Should -Be $total.Requests
    }

    It 'returns pages and their total count, and stops with the pipeline' {
        $page = Get-UserTokenUsage @store -Skip 1 -First 2 -IncludeTotalCount

        $page[0] | Should -Be $users.Count
        $page[1..2] | ForEach-Object Rank | Should -Be 2, 3
        (Get-UserTokenUsage @store | Select-Object -First 1).User | Should -Be $users[0].User
    }

    It 'accepts rows of Get-TokenUsage with their time range' {
        $day = Get-TokenUsage Day @store -OrderBy TotalTokens -Descending -First 1

        ($day | Get-UserTokenUsage @store | Measure-Object TotalTokens -Sum).Sum | Should -Be $day.TotalTokens
    }

    It 'keeps its values in JSON and CSV' {
        $json = $users | ConvertTo-Json | ConvertFrom-Json
        $csv = $users | ConvertTo-Csv | ConvertFrom-Csv

        $json[0].Models | Should -Be $users[0].Models
        $csv[0].Models | Should -Be ($users[0].Models -join ', ')
        $csv.TotalTokens -join ' ' | Should -Be ($users.TotalTokens -join ' ')
    }

    It 'reports invalid input: <ErrorId>' -ForEach @(
        @{ ErrorId = 'RangeRequired'; Parameter = @{ ComparePrevious = $true } }
        @{ ErrorId = 'RangeRequired'; Parameter = @{ ComparePrevious = $true; Since = '2026-10-30' } }
        @{ ErrorId = 'TooManyBuckets'; Parameter = @{ Per = 'Hour'; Fill = $true; Since = '1990-01-01' } }
        @{ ErrorId = 'AmbiguousParameterSet'; Parameter = @{ Per = 'Day'; Pattern = $true } }
    ) {
        { Get-UserTokenUsage @store @Parameter } | Should -Throw -ErrorId "$ErrorId,TokenDashboard.Commands.GetUserTokenUsageCommand"
    }

    It 'shows a table of <Headers> that fits <Width> columns' -ForEach $views {
        $lines = Get-UserTokenUsage @store @Parameter -First 12 | Get-Display $Width

        $lines[0] | Should -Match '^  Usage per user'
        $lines[2] | Should -Match ('^ *' + (($Headers | ForEach-Object { [regex]::Escape($_) }) -join ' +'))
        $lines[3] | Should -Match '^[- ]+$'
        $lines | Where-Object { $_.Length -gt $Width -or $_ -match '…$' } | Should -BeNullOrEmpty
    }

    It 'shows bars if the window is wide enough when rows are shown' -Skip:(-not $IsLinux -or -not (Get-Command script, stty -ErrorAction Ignore)) {
        $shown = Invoke-InTerminal -Columns 130 @"
`$kept = Get-UserTokenUsage -Database '$($store.Database)' -First 1
`$kept
stty cols 60
for (`$i = 0; `$i -lt 600 -and [Console]::WindowWidth -ne 60; `$i++) { Start-Sleep -Milliseconds 100 }
`$kept
"@
        $shown -match '█' | Should -HaveCount 1
    }

    It 'shows the names of stored rows after the window becomes narrower' -Skip:(-not $IsLinux -or -not (Get-Command script, stty -ErrorAction Ignore)) {
        $shown = Invoke-InTerminal -Columns 130 @"
`$kept = Get-TokenUsage User, Model -Database '$($store.Database)' -User alice -First 1
Get-TokenUsage User, Model -Database '$($store.Database)' -User alice -First 1
stty cols 80
for (`$i = 0; `$i -lt 600 -and [Console]::WindowWidth -ne 80; `$i++) { Start-Sleep -Milliseconds 100 }
`$kept
"@
        $shown -match 'alice / ' | Should -HaveCount 2
        $shown -match 'Prompt' | Should -HaveCount 1
    }

    It 'shows the names of another result in the same table, without bars' -Skip:(-not $IsLinux -or -not (Get-Command script, stty -ErrorAction Ignore)) {
        $shown = Invoke-InTerminal -Columns 80 @"
Get-TokenUsage Day -Database '$($store.Database)' -First 1
Get-TokenUsage User -Database '$($store.Database)' -User alice
"@
        $shown -match '█' | Should -HaveCount 1
        $shown -match '%  alice$' | Should -HaveCount 1
    }
}
