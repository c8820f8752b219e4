BeforeDiscovery {
    $views = @(
        @{ GroupBy = @(); Headers = 'Total', 'Prompt', 'Completion', 'Cost', 'Requests', 'P50, P95 ms' }
        @{ GroupBy = 'Day'; Headers = 'Start', 'Total', 'Cost', 'Requests', 'P95 ms', 'Share' }
        @{ GroupBy = 'Hour', 'Model'; Headers = 'Start', 'Total', 'Cost', 'Requests', 'Name' }
        @{ GroupBy = 'User'; Headers = 'Total', 'Cost', 'Requests', 'Share', 'Name' }
        @{ GroupBy = 'Provider', 'RequestType'; Headers = 'Total', 'Cost', 'Requests', 'Share', 'Name' }
        @{ GroupBy = 'Month', 'User', 'Model'; Headers = 'Start', 'Total', 'Cost', 'Requests', 'Name' }
    ) | ForEach-Object { $view = $_; 80, 120, 200 | ForEach-Object { $view + @{ Width = $_ } } }
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $store = @{ Database = Get-SampleStore; TimeZone = 'UTC' }
    $total = Get-TokenUsage @store
    $requests = Get-TokenRequest @store
}

Describe 'Get-TokenUsage' {
    It 'adds up all requests without -GroupBy' {
        @($total).Count | Should -Be 1
        $total.Requests | Should -Be $requests.Count
        foreach ($property in 'PromptTokens', 'CompletionTokens', 'TotalTokens') {
            $total.$property | Should -Be ($requests | Measure-Object $property -Sum).Sum
        }
        $total.PolicyFailures | Should -Be @($requests | Where-Object PolicyPassed -EQ $false).Count
        $total.InterruptedStreams | Should -Be @($requests | Where-Object InterruptedStream).Count
        $total.MaxDurationMs | Should -Be ($requests | Measure-Object DurationMs -Maximum).Maximum
        $total.Share | Should -Be 1
    }

    It 'adds up to the total when grouped by <_>' -ForEach 'Minute', 'Hour', 'Day', 'Week', 'Month', 'Quarter', 'Year', 'Session', 'Weekday', 'HourOfDay', 'Model', 'Provider', 'User', 'RequestType', 'Transaction', @('Week', 'Model'), @('User', 'Provider', 'Day') {
        $rows = Get-TokenUsage $_ -Database $store.Database -TimeZone Asia/Kathmandu

        ($rows | Measure-Object Requests -Sum).Sum | Should -Be $total.Requests
        ($rows | Measure-Object TotalTokens -Sum).Sum | Should -Be $total.TotalTokens
        [Math]::Round(($rows | Measure-Object Share -Sum).Sum, 9) | Should -Be 1
    }

    It 'returns times that print in ISO 8601 and accept a format' {
        $start = (Get-TokenUsage Day -First 1 @store).Start

        '{0:yyyy-MM-dd}' -f $start | Should -Be $start.Date.ToString('yyyy-MM-dd')
        '{0}' -f $start | Should -Be $start.ToString('O')
        $start | Should -BeOfType DateTimeOffset
        $start | Should -BeGreaterThan ([DateTimeOffset]::UnixEpoch)
    }

    It 'returns days of the time zone, with 25 hours when the clock goes back' {
        $days = Get-TokenUsage Day -Database $store.Database -TimeZone Europe/Berlin -Since 2026-10-24 -Until 2026-10-27
        $hours = Get-TokenUsage Hour -Database $store.Database -TimeZone Europe/Berlin -Since 2026-10-25 -Until 2026-10-26 -Fill

        $days.Start | ForEach-Object ToString 'yyyy-MM-dd HH:mm zzz' | Should -Be '2026-10-24 00:00 +02:00', '2026-10-25 00:00 +02:00', '2026-10-26 00:00 +01:00'
        $hours | Should -HaveCount 25
        ($hours | Measure-Object Requests -Sum).Sum | Should -Be $days[1].Requests
    }

    It 'adds empty buckets with -Fill' {
        $range = @{ Since = '2026-10-20'; Until = '2026-11-03' }

        $rows = Get-TokenUsage Day @store @range -Fill

        $rows | Should -HaveCount 14
        $rows[0].Requests, $rows[-1].Requests | Should -Be 0, 0
        ($rows | Measure-Object Requests -Sum).Sum | Should -Be $total.Requests
        Get-TokenUsage Day @store -Since 2020-01-01 -Until 2020-01-04 -Fill | Should -HaveCount 3
    }

    It 'filters, orders and pages' {
        $users = Get-TokenUsage User @store -Model 'gpt*' -OrderBy Requests -Descending

        ($users | Measure-Object Requests -Sum).Sum | Should -Be @($requests | Where-Object Model -Like 'gpt*').Count
        $users.Requests | Should -Be ($users.Requests | Sort-Object -Descending)
        $page = Get-TokenUsage User @store -Model 'gpt*' -OrderBy Requests -Descending -Skip 2 -First 3 -IncludeTotalCount
        $page[0] | Should -Be $users.Count
        $page[1..3].User | Should -Be $users[2..4].User
    }

    It 'returns the same largest transactions with -First as without' -ForEach @(
        @{ Order = @{} }, @{ Order = @{ OrderBy = 'Requests'; Descending = $true } }, @{ Order = @{ OrderBy = 'Requests' } }, @{ Order = @{ OrderBy = 'Cost'; Descending = $true } }
    ) {
        $all = Get-TokenUsage User, Transaction @store @Order | Select-Object -First 9

        Get-TokenUsage User, Transaction @store @Order -First 9 | ConvertTo-Json | Should -Be ($all | ConvertTo-Json)
        Get-TokenUsage User, Transaction @store @Order -Skip 4 -First 5 | ConvertTo-Json | Should -Be ($all[4..8] | ConvertTo-Json)
    }

    It 'accepts -Last 7d without quotes, as text, and in words' {
        $now = (New-TokenStore (Join-Path $TestDrive now.db) -Days 3 -RequestsPerDay 300).Database

        $rows = (Get-TokenStore -Database $now).Rows

        (Get-TokenUsage -Last 7d -Database $now).Requests | Should -Be $rows
        (Get-TokenUsage -Last '1d12h' -Database $now).Requests | Should -BeLessThan $rows
        ('this year', 'last year' | ForEach-Object { Get-TokenUsage -Last $_ -Database $now } | Measure-Object Requests -Sum).Sum | Should -Be $rows
        { Get-TokenUsage -Last 7 -Database $now } | Should -Throw '*7d*' -ErrorId 'ParameterArgumentTransformationError,TokenDashboard.Commands.GetTokenUsageCommand'
    }

    It 'accepts durations in words and as a TimeSpan' {
        $now = (New-TokenStore (Join-Path $TestDrive lengths.db) -Days 3 -RequestsPerDay 300).Database
        $rows = (Get-TokenUsage -Last 7d -Database $now).Requests

        foreach ($last in '7 days', '1 week', (New-TimeSpan -Days 7), '7 days ago', '1 month') {
            (Get-TokenUsage -Last $last -Database $now).Requests | Should -Be $rows
        }
        foreach ($refused in 7, 'soon', '') {
            { Get-TokenUsage -Last $refused -Database $now -ErrorAction Stop } | Should -Throw -Because "'$refused' is not a duration" -ErrorId 'ParameterArgumentTransformationError,TokenDashboard.Commands.GetTokenUsageCommand'
        }
    }

    It 'marks partial days, and returns whole days with -WholeDays' {
        $now = (New-TokenStore (Join-Path $TestDrive whole.db) -Days 5 -RequestsPerDay 300).Database
        $today = [DateTimeOffset]::new([DateTime]::UtcNow.Date, [TimeSpan]::Zero)

        $days = Get-TokenUsage Day -Since $today.AddDays(-3).AddHours(6) -Until $today.AddHours(-6) -Database $now -TimeZone UTC
        $whole = Get-TokenUsage Day -Last 3d -WholeDays -Database $now -TimeZone UTC

        $days[0], $days[-1] | ForEach-Object IsPartial | Should -Be $true, $true
        $days[1].IsPartial | Should -BeFalse
        ($days | Get-Display 80) -match '^\d{4}-\d\d-\d\d\*' | Should -HaveCount 2
        $whole.IsPartial | Should -Not -Contain $true
        # Midnight can pass during the test.
        $whole[-1].End | Should -BeIn $today, $today.AddDays(1)
        $whole[0].Start | Should -Be $whole[-1].End.AddDays(-3)
        { Get-TokenUsage -Last today -WholeDays -Database $now } | Should -Throw -ErrorId 'RangeInvalid,TokenDashboard.Commands.GetTokenUsageCommand'
    }

    It 'starts weeks on -FirstDayOfWeek' {
        (Get-TokenUsage Week @store).Start.DayOfWeek | Should -Be (@('Monday') * 2)
        (Get-TokenUsage Week @store -FirstDayOfWeek Sunday).Start.DayOfWeek | Sort-Object -Unique | Should -Be 'Sunday'
        (Get-TokenUsage Weekday @store -FirstDayOfWeek Saturday).Weekday[0] | Should -Be 'Saturday'
    }

    It 'adds totals' {
        $rows = Get-TokenUsage Day, Model @store -Total
        $page = Get-TokenUsage Model @store -Total -First 1

        $rows[-1].TotalTokens, $page[-1].TotalTokens | Should -Be $total.TotalTokens, $total.TotalTokens
        $rows[-1].IsTotal | Should -BeTrue
        $page | Should -HaveCount 2
        foreach ($day in $rows | Where-Object Start | Group-Object Start) {
            ($day.Group | Where-Object IsTotal).TotalTokens | Should -Be ($day.Group | Where-Object IsTotal -EQ $false | Measure-Object TotalTokens -Sum).Sum
        }
        ($page | Get-Display 80)[-1] | Should -Match ' Total$'
    }

    It 'is silent with -ErrorAction Ignore' {
        $before = $Error.Count
        Get-TokenUsage -Database (Join-Path $TestDrive nowhere.db) -ErrorAction Ignore 2>&1 | Should -BeNullOrEmpty
        $Error.Count | Should -Be $before
    }

    It 'reports with -Verbose how many requests it read' {
        $verbose = Get-TokenUsage @store -Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }

        @($verbose -match $total.Requests.ToString('N0')) | Should -Not -BeNullOrEmpty
    }

    It 'has aliases, and Top for First' {
        (gtu Model @store -Top 2).Model | Should -Be (Get-TokenUsage Model @store -First 2).Model
        Get-Alias gtu, gutu, gtr, gts, gtp | ForEach-Object { $_.ResolvedCommand.Source } | Sort-Object -Unique | Should -Be 'TokenDashboard'
    }

    It 'accepts users as strings' {
        ('alice', 'bob' | Get-TokenUsage User @store).User | Should -Be 'alice', 'bob'
        ('alice' | Get-UserTokenUsage @store).User | Should -Be 'alice'
        ('alice' | Get-TokenRequest @store -First 1).User | Should -Be 'alice'
    }

    It 'accepts stores, files and users from the pipeline' {
        (Get-TokenStore -Database $store.Database | Get-TokenUsage).Requests | Should -Be $total.Requests
        (Get-ChildItem (Join-Path $TestDrive sample.db) | Get-TokenUsage).Requests | Should -Be $total.Requests
        (Get-ChildItem (Join-Path $TestDrive sample.db) | Get-TokenUsage -User bob).Requests | Should -Be @($requests | Where-Object User -EQ bob).Count

        $rows = Get-UserTokenUsage @store -First 2 | Get-TokenUsage User, Model @store
        ($rows | Measure-Object TotalTokens -Sum).Sum | Should -Be (Get-UserTokenUsage @store -First 2 | Measure-Object TotalTokens -Sum).Sum
    }

    It 'accepts names in one string, as schedulers pass them, and rejects numbers' {
        $names = Get-TokenUsage 'Day,Model' @store
        $splat = @{ GroupBy = 'Day, model'; OrderBy = 'requests' }

        $names.Model | Should -Be (Get-TokenUsage Day, Model @store).Model
        (Get-TokenUsage @splat @store).Requests | Should -Be ($names.Requests | Sort-Object)
        foreach ($refused in @{ GroupBy = '4' }, @{ GroupBy = 4 }, @{ OrderBy = 'Requests,Cost' }, @{ OrderBy = 3 }) {
            { Get-TokenUsage @refused @store } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,TokenDashboard.Commands.GetTokenUsageCommand'
        }
    }

    It 'describes each row in its string' {
        "$(Get-TokenUsage User, Model -User alice -Model gpt-4o @store)" | Should -Match '^alice, gpt-4o: [\d,]+ tokens$'
        "$total" | Should -Match '^all: [\d,]+ tokens$'
        "$(Get-UserTokenUsage -User alice @store)" | Should -Match '^alice: [\d,]+ tokens$'
        "$($requests[0])" | Should -Match ' tokens$'
    }

    It 'reports the time range of the requests when none matches' {
        $null = Get-TokenUsage -Last 7d @store -WarningVariable range -WarningAction SilentlyContinue
        $null = Get-TokenUsage Day -User alcie @store -WarningVariable name -WarningAction SilentlyContinue
        $null = Get-TokenUsage -User alice @store -WarningVariable none -WarningAction SilentlyContinue

        $range | Should -HaveCount 1
        "$range" | Should -Match '2026-10-31'
        "$name" | Should -Match '-User'
        $none | Should -BeNullOrEmpty
    }

    It 'warns that weekdays of piped rows are not filters' {
        $null = Get-TokenUsage Weekday @store | Get-TokenUsage @store -WarningVariable warning -WarningAction SilentlyContinue

        $warning | Should -HaveCount 1
    }

    It 'finds files from a non-file location, and rejects paths outside the file system' {
        Copy-Item $store.Database (Join-Path $TestDrive near.db)
        Push-Location $TestDrive
        Push-Location Env:
        try {
            (Get-TokenUsage -Database near.db -WarningAction SilentlyContinue).Requests | Should -BeGreaterThan 0
            { Get-TokenUsage -Database Env:near.db -ErrorAction Stop } | Should -Throw -ErrorId 'PathInvalid,*'
            $stores = 'near.db', 'nodrive:near.db', 'near.db' | Get-TokenStore -ErrorVariable drive -ErrorAction SilentlyContinue
        }
        finally {
            Pop-Location
            Pop-Location
        }

        $drive.FullyQualifiedErrorId | Should -BeLike 'PathInvalid,*'
        $stores | Should -HaveCount 2
    }

    It 'warns that a store has no requests' {
        $empty = Join-Path $TestDrive empty.db
        New-TokenStore $empty

        $null = Get-TokenUsage -Database $empty -WarningVariable usage -WarningAction SilentlyContinue
        $null = Get-TokenRequest -Database $empty -WarningVariable requests -WarningAction SilentlyContinue

        $usage | Should -HaveCount 1
        "$requests" | Should -Be "$usage"
    }

    It 'returns the cost at the prices of the requests or of another time' {
        $models = Get-TokenUsage Provider, Model @store
        $priced = $models | Where-Object Cost -GT 0

        $priced | Should -Not -BeNullOrEmpty
        ($requests | Measure-Object UnpricedTokens -Sum).Sum | Should -Be $total.UnpricedTokens
        [decimal] $sum = 0
        $requests.Cost | ForEach-Object { $sum += $_ }
        $total.Cost | Should -Be $sum
        (Get-TokenUsage @store -PriceAt Request).Cost | Should -Be $total.Cost
        $now = Get-TokenUsage @store -PriceAt 2026-10-31
        $now.CostDifference | Should -Be ($now.Cost - $total.Cost)
        $now.CostAtRequest | Should -Be $total.Cost
        $byCost = Get-TokenUsage Model @store -OrderBy Cost -Descending
        $byCost[-1].UnpricedTokens | Should -Be $byCost[-1].TotalTokens
        $byCost.Cost | Where-Object { $null -ne $_ } | Should -Be ($byCost.Cost | Where-Object { $null -ne $_ } | Sort-Object -Descending)
        Complete "Get-TokenUsage -PriceAt " | Should -Contain 'Request'
    }

    It 'returns usage without cost if the prices cannot be read' {
        $folder = New-Item (Join-Path $TestDrive prices) -ItemType Directory -Force
        Set-Content (Join-Path $folder prices.json) '{ "providers": 1 }'
        $env:TOKENDASHBOARD_PRICES = $folder
        try {
            $row = Get-TokenUsage @store -ErrorAction SilentlyContinue -ErrorVariable problems
        }
        finally {
            $env:TOKENDASHBOARD_PRICES = $TestDrive
        }

        $row.TotalTokens | Should -Be $total.TotalTokens
        $row.Cost | Should -BeNullOrEmpty
        $problems.FullyQualifiedErrorId | Should -Be 'PriceFileInvalid,TokenDashboard.Commands.GetTokenUsageCommand'
    }

    It 'explains why costs in several currencies have no total' {
        $folder = New-Item (Join-Path $TestDrive euros) -ItemType Directory -Force
        Set-Content (Join-Path $folder prices.yaml) "currency: EUR`nproviders: [{ id: openai, models: [{ id: gpt-4o, match: { equals: gpt-4o }, prices: { input_mtok: 2, output_mtok: 8 } }] }]"
        $env:TOKENDASHBOARD_PRICES = $folder
        try {
            $rows = Get-TokenUsage Model, Provider @store -Total -WarningVariable warnings -WarningAction SilentlyContinue
            $shown = $rows | Out-String -Width 120
            $null = Get-TokenUsage Model, Provider @store -OrderBy Cost -WarningVariable byCost -WarningAction SilentlyContinue
            $null = Get-TokenRequest @store -OrderBy Cost -First 1 -WarningVariable requestsByCost -WarningAction SilentlyContinue
            $null = Get-TokenUsage Model, Provider @store -OrderBy Cost -Provider openai -Model gpt-4o -WarningVariable ofOne -WarningAction SilentlyContinue
        }
        finally {
            $env:TOKENDASHBOARD_PRICES = $TestDrive
        }

        $byCost -match 'The rows are ordered by cost in several currencies \(EUR, USD\)' | Should -HaveCount 1
        $requestsByCost -match 'The rows are ordered by cost in several currencies \(EUR, USD\)' | Should -HaveCount 1
        $ofOne -match 'currencies' | Should -BeNullOrEmpty
        $rows[-1].Cost | Should -BeNullOrEmpty
        $rows[-1].Currency | Should -Be 'EUR, USD'
        ($rows | Where-Object Model -EQ gpt-4o).Currency | Should -Be 'EUR'
        $warnings -match 'EUR, USD' | Should -HaveCount 1
        $shown | Should -Match '\(EUR, USD\)'
    }

    It 'adds up several stores, which Source distinguishes' {
        $other = Get-SampleStore other.db 4
        $both = @{ Database = $store.Database, $other; TimeZone = 'UTC' }

        $rows = Get-TokenUsage Source @both

        $rows.Source | Sort-Object | Should -Be 'other.db', 'sample.db'
        ($rows | Where-Object Source -EQ sample.db).Requests | Should -Be $total.Requests
        (Get-TokenUsage @both).TotalTokens | Should -Be ($rows | Measure-Object TotalTokens -Sum).Sum
        (Get-TokenUsage @both -Source SAMPLE*).TotalTokens | Should -Be $total.TotalTokens
        (Get-TokenUsage -Database (Join-Path $TestDrive *.db) -Source other.db, sample.db).Requests | Should -Be ($rows | Measure-Object Requests -Sum).Sum
        @(Get-TokenRequest @both -OrderBy Timestamp).Count | Should -Be ($rows | Measure-Object Requests -Sum).Sum
        { Get-TokenUsage @both -Source none } | Should -Throw -ErrorId 'StoreSourceNotFound,TokenDashboard.Commands.GetTokenUsageCommand'
        { Get-TokenUsage -Database oracle://host/db } | Should -Throw -ErrorId 'StoreEngineUnknown,TokenDashboard.Commands.GetTokenUsageCommand'
        Complete "Get-TokenUsage -Database '$($store.Database)', '$other' -Source o" | Should -Be 'other.db'
    }

    It 'continues with the next input object after an error' {
        $rows = [pscustomobject]@{ User = 'alice' }, [pscustomobject]@{ Since = 'today'; Until = 'yesterday' }, [pscustomobject]@{ User = 'bob' } |
            Get-TokenUsage User @store -ErrorAction SilentlyContinue -ErrorVariable problems

        $rows.User | Should -Be 'alice', 'bob'
        $problems.FullyQualifiedErrorId | Should -Be 'RangeInvalid,TokenDashboard.Commands.GetTokenUsageCommand'
    }

    It 'reports invalid input: <ErrorId>' -ForEach @(
        @{ ErrorId = 'GroupingInvalid'; Parameter = @{ GroupBy = 'Day', 'Hour' } }
        @{ ErrorId = 'RangeInvalid'; Parameter = @{ Since = 'today'; Until = 'yesterday' } }
        @{ ErrorId = 'TooManyBuckets'; Parameter = @{ GroupBy = 'Hour'; Fill = $true; Since = '1800-01-01'; Until = '2026-11-01' } }
        @{ ErrorId = 'CannotConvertArgumentNoMessage'; Parameter = @{ GroupBy = 'Planet' } }
    ) {
        { Get-TokenUsage @store @Parameter } | Should -Throw -ErrorId "$ErrorId,TokenDashboard.Commands.GetTokenUsageCommand"
    }

    It 'keeps its values in JSON and CSV' {
        $rows = Get-TokenUsage Day, Model @store
        $json = $rows | ConvertTo-Json | ConvertFrom-Json
        $rows | Export-Csv (Join-Path $TestDrive usage.csv)
        $csv = Import-Csv (Join-Path $TestDrive usage.csv)

        $json.TotalTokens -join ' ' | Should -Be ($rows.TotalTokens -join ' ')
        $csv.TotalTokens -join ' ' | Should -Be ($rows.TotalTokens -join ' ')
        $csv.Model | Sort-Object -Unique | Should -Be ($rows.Model | Sort-Object -Unique)
        $csv[0].PSObject.Properties.Name | Should -Be $rows[0].PSObject.Properties.Name
        [DateTimeOffset]::Parse($csv[0].Start, [cultureinfo]::CurrentCulture) | Should -Be $rows[0].Start
    }

    It 'accepts rows from files in the culture "<_>", and from other sessions' -ForEach 'de-DE', 'en-US', 'fr-FR', '' {
        $culture = [cultureinfo]::CurrentCulture
        $files = Join-Path $TestDrive rows.csv, rows.xml
        try {
            [cultureinfo]::CurrentCulture = $_
            $rows = @(Get-TokenUsage Hour, User @store -First 5) + @(Get-UserTokenUsage -Per Day @store -First 3) + @(Get-TokenUsage Model @store)
            $rows | Export-Csv (Join-Path $TestDrive rows.csv)
            $rows | Export-Clixml (Join-Path $TestDrive rows.xml)
        }
        finally {
            [cultureinfo]::CurrentCulture = $culture
        }
        # Export-Csv writes only the columns of the first row, so only the first five rows are complete in the file.
        $csv = Import-Csv (Join-Path $TestDrive rows.csv) | Select-Object -First 5
        $xml = Import-Clixml (Join-Path $TestDrive rows.xml)
        $json = ConvertTo-Json $rows | ConvertFrom-Json

        ($csv | Get-TokenUsage @store).Requests | Should -Be $rows[0..4].Requests
        ($xml | Get-TokenUsage @store).Requests | Should -Be $rows.Requests
        ($json | Get-TokenUsage @store).Requests | Should -Be $rows.Requests
        $csv[0].Start | Should -Be $rows[0].Start.ToString('o')
        ($xml[0..4] | Get-Display 100 | Select-Object -Skip 1) | Should -Be ($rows[0..4] | Get-Display 100 | Select-Object -Skip 1)
    }

    It 'shows rows from a job with their times' {
        $lines = Start-Job { param($Module, $Store) Import-Module $Module; Get-TokenUsage Day @Store; Get-UserTokenUsage @Store -First 1; Get-TokenRequest @Store -First 1 } -ArgumentList $modulePath, $store |
            Receive-Job -Wait -AutoRemoveJob -WarningAction SilentlyContinue | Get-Display 120

        $lines -match '^2026-10-2\d ' | Should -Not -BeNullOrEmpty
        $lines -match 'alice' | Should -Not -BeNullOrEmpty
        $lines -match '^ *TotalTokens' | Should -BeNullOrEmpty
    } -Skip:([Reflection.Assembly]::GetEntryAssembly().GetName().Name -eq 'tokendash')

    It 'shows different results in one table each, in any order' {
        $results = { Get-TokenUsage @store }, { Get-TokenUsage Day @store -First 1 }, { Get-TokenUsage Model @store -First 1 }, { Get-TokenUsage Day, Model @store -First 1 }, { Get-UserTokenUsage @store -First 1 }, { Get-TokenRequest @store -First 1 }
        foreach ($first in $results) {
            $lines = & { & $first; $results | ForEach-Object { & $_ } } | Get-Display 140
            $lines -match '^\w+ +: ' | Should -BeNullOrEmpty
            $lines -match ' alice' | Should -Not -BeNullOrEmpty
            $lines -match $requests[0].Model | Should -Not -BeNullOrEmpty
        }
    }

    It 'truncates no numbers, and no names that fit' {
        $csv = Join-Path $TestDrive large.csv
        $long = 'a-user-with-a-very-long-name@department-of-something.example.com'
        Set-Content $csv 'timestamp,user_id,prompt_tokens', "2026-10-01T00:00:00,$($long)1,999999999999", "2026-10-01T00:00:01,$($long)2,999999999999", "2026-10-01T00:00:02,x,123456789"
        $null = Import-TokenUsage $csv -Database (Join-Path $TestDrive large.db) -Format Csv
        $large = @{ Database = Join-Path $TestDrive large.db }

        foreach ($show in { Get-TokenUsage User @large }, { Get-UserTokenUsage @large }, { Get-UserTokenUsage -Per Day @large }) {
            $lines = & $show | Get-Display 200
            $lines -match "$($long)1$" | Should -HaveCount 1
            $lines -match '…' | Should -BeNullOrEmpty
            $lines -match '123,456,789' | Should -HaveCount 1
            (& $show | Get-Display 70) -match '^[^…]*\d…|…\d' | Should -BeNullOrEmpty
        }
    }

    It 'reads times and returns numbers the same way in a German session' {
        $culture = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = 'de-DE'
            $german = Get-TokenUsage Day @store -Since 2026-10-28 -Until 2026-11-01 | ConvertTo-Json
        }
        finally {
            [cultureinfo]::CurrentCulture = $culture
        }

        $german | Should -Be (Get-TokenUsage Day @store -Since 2026-10-28 -Until 2026-11-01 | ConvertTo-Json)
    }

    It 'shows usage by "<GroupBy>" in a table that fits <Width> columns' -ForEach $views {
        $lines = Get-TokenUsage $GroupBy @store -First 12 | Get-Display $Width

        $lines[0] | Should -Match '^  Usage'
        $lines[2] | Should -Match ('^ *' + (($Headers | ForEach-Object { [regex]::Escape($_) }) -join ' +'))
        $lines[3] | Should -Match '^[- ]+$'
        # In a narrow window, some names are too long, but numbers never are.
        $lines | Where-Object { $_.Length -gt $Width -or ($_ -match '…' -and $Width -gt 80) -or $_ -match '\d…|…\d' } | Should -BeNullOrEmpty
    }

    It 'shows names with Format-Wide' {
        $lines = Get-TokenUsage User @store -First 2 | Format-Wide | Get-Display 80

        $lines | Where-Object { $_ } | Should -Match '^alice +bob$'
    }

    It 'returns one line for a prompt' {
        $culture = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture
            $usage = Get-TokenUsage @store
            $line = Get-TokenUsage @store -OneLine
            $rows = Get-TokenUsage Day, User @store -OneLine -First 2
            $none = Get-TokenUsage @store -Last 1h -OneLine -WarningVariable warning
        }
        finally {
            [cultureinfo]::CurrentCulture = $culture
        }

        $line | Should -BeOfType string
        $line | Should -Be ('{0:0.##}M tokens, ${1:N2}, {2} requests' -f ($usage.TotalTokens / 1e6), $usage.Cost, $usage.Requests)
        $rows | Should -HaveCount 2
        $rows[0] | Should -Match '^2026-10-\d\d / \S+: \d+(\.\d+k)? tokens, \$\d+\.\d+, \d+ requests$'
        $none | Should -Be '0 tokens, $0.00, 0 requests'
        $warning | Should -BeNullOrEmpty
    }

    It 'shortens <Tokens> tokens to <Text>' -ForEach @(
        @{ Tokens = 9999; Text = '9999 tokens, 1 request' }
        @{ Tokens = 999994; Text = '999.99k tokens, 1 request' }
        @{ Tokens = 999995; Text = '1M tokens, 1 request' }
        @{ Tokens = 999994999; Text = '999.99M tokens, 1 request' }
        @{ Tokens = 999995000; Text = '1G tokens, 1 request' }
    ) {
        Set-Content (Join-Path $TestDrive "$Tokens.csv") "timestamp,total_tokens`n2026-10-20T10:00:00,$Tokens"
        $null = Import-TokenUsage (Join-Path $TestDrive "$Tokens.csv") -Database (Join-Path $TestDrive "$Tokens.db")

        (Get-TokenUsage -Database (Join-Path $TestDrive "$Tokens.db") -OneLine) -replace ',(?=\d)', '.' | Should -Be $Text
    }

    It 'notes in the line that removed requests are missing' {
        $removed = Join-Path $TestDrive removed.db
        Copy-Item $store.Database $removed
        $null = Remove-TokenUsage -Database $removed -Before 2026-10-28 -Confirm:$false

        Get-TokenUsage -Database $removed -MinTokens 1 -OneLine | Should -BeLike '*, without removed requests'
        Get-TokenUsage -Database $removed -OneLine | Should -Not -BeLike '*removed*'
    }
}

Describe 'Completion of Get-TokenUsage' {
    BeforeAll {
        $command = "Get-TokenUsage -Database '$($store.Database)'"
    }

    It 'offers the users of the store, most frequent first, and quotes them if necessary' {
        $users = Complete "$command -User "

        $users[0] | Should -Be 'alice'
        $users | Should -Contain "'o''neill'"
        $users | Should -Contain 'søren'
        Complete "$command -User o" | Should -Be 'oscar', "'o''neill'"
        Complete "$command -User alice, bat" | Should -Be 'batch-indexer'
        foreach ($user in $users) {
            (. ([scriptblock]::Create("$command -User $user"))).Requests | Should -BeGreaterThan 0 -Because "completion offered $user"
        }
    }

    It 'offers <Expected> for "<Line>"' -ForEach @(
        @{ Line = '-Model claude'; Expected = 'claude-sonnet-4-5' }
        @{ Line = '-Provider mi'; Expected = 'mistral' }
        @{ Line = '-RequestType e'; Expected = 'embedding' }
        @{ Line = '-TimeZone Loc'; Expected = 'Local' }
        @{ Line = '-TimeZone berl'; Expected = 'Europe/Berlin' }
        @{ Line = '-FirstDayOfWeek Su'; Expected = 'Sunday' }
        @{ Line = "-Last 'last m"; Expected = "'last month'" }
        @{ Line = '-GroupBy Day, Mod'; Expected = 'Model' }
    ) {
        Complete "$command $Line" | Should -Be $Expected
    }

    It 'offers transactions of the store, but no files' {
        $offered = Complete "$command -Transaction "

        $offered | Should -Not -BeNullOrEmpty
        $offered[0] | Should -BeIn $requests.Transaction
        Complete 'Get-TokenUsage -Database ./nowhere.db -Transaction ' | Should -BeNullOrEmpty
        foreach ($line in 'Export-GrafanaDashboard -Uid ', 'Export-GrafanaDashboard -Tag ', 'Publish-GrafanaDashboard -Folder ', 'Set-GrafanaDataSource -Uid ') {
            Complete $line | Should -BeNullOrEmpty
        }
    }

    It 'offers the time zones of this computer' {
        $offered = Complete "$command -TimeZone " | ForEach-Object Trim "'"

        $offered | Select-Object -First 2 | Should -Be 'UTC', 'Local'
        [TimeZoneInfo]::GetSystemTimeZones().Id | Where-Object { $_ -notin $offered } | Should -BeNullOrEmpty
    }
}
