BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $store = @{ Database = Get-SampleStore; TimeZone = 'UTC' }
    $all = Get-TokenRequest @store
}

Describe 'Get-TokenRequest' {
    It 'returns every request once, in order of ids' {
        $all.Count | Should -Be (Get-TokenStore -Database $store.Database).Rows
        $all.Id -join ' ' | Should -Be (($all.Id | Sort-Object -Unique) -join ' ')
        (Get-TokenRequest @store -Descending -First 1).Id | Should -Be $all[-1].Id
    }

    It 'returns typed values' {
        $request = $all[0]

        $request.Timestamp | Should -BeOfType DateTimeOffset
        $request.Timestamp.Offset | Should -Be ([timespan]::Zero)
        $request.TotalTokens | Should -BeOfType long
        $request.DurationMs | Should -BeOfType double
        $request.PolicyPassed | Should -BeOfType bool
    }

    It 'streams requests and stops when the pipeline stops' {
        $seen = 0

        $first = Get-TokenRequest @store | ForEach-Object { $seen++; $_ } | Select-Object -First 1

        $first.Id | Should -Be $all[0].Id
        $seen | Should -Be 1
    }

    It 'returns pages and their total count' {
        $page = Get-TokenRequest @store -Skip 10 -First 5 -IncludeTotalCount

        $page[0] | Should -Be $all.Count
        $page[0].Accuracy | Should -Be 1
        $page[1..5].Id | Should -Be $all[10..14].Id
        Get-TokenRequest @store -Skip 1000000 | Should -BeNullOrEmpty
    }

    It 'orders by <_>' -ForEach 'Timestamp', 'PromptTokens', 'CompletionTokens', 'TotalTokens', 'DurationMs' {
        $values = (Get-TokenRequest @store -OrderBy $_).$_

        $values -join ' ' | Should -Be (($values | Sort-Object) -join ' ')
        (Get-TokenRequest @store -OrderBy $_ -Descending -First 1).$_ | Should -Be ($values | Select-Object -Last 1)
    }

    It 'returns the requests of a half-open time range' {
        $since = $all[3].Timestamp
        $until = $all[9].Timestamp

        (Get-TokenRequest @store -Since $since -Until $until).Id | Should -Be $all[3..8].Id
        (Get-TokenRequest @store -Since $since.ToString('o') -Until $until.ToString('o')).Id | Should -Be $all[3..8].Id
    }

    It 'filters by <Name> <Value>' -ForEach @(
        @{ Name = 'User'; Value = 'alice'; Where = { $_.User -eq 'alice' } }
        @{ Name = 'User'; Value = 'ALI*', 'b?b'; Where = { $_.User -in 'alice', 'bob' } }
        @{ Name = 'User'; Value = "o'neill", 'søren'; Where = { $_.User -in "o'neill", 'søren' } }
        @{ Name = 'User'; Value = ''; Where = { $_.User -eq '' } }
        @{ Name = 'User'; Value = 'intern-[12]'; Where = { $_.User -in 'intern-1', 'intern-2' } }
        @{ Name = 'Model'; Value = 'gpt-4o'; Where = { $_.Model -eq 'gpt-4o' } }
        @{ Name = 'Provider'; Value = 'anthropic'; Where = { $_.Provider -eq 'anthropic' } }
        @{ Name = 'RequestType'; Value = 'emb*'; Where = { $_.RequestType -eq 'embedding' } }
        @{ Name = 'Transaction'; Value = ''; Where = { $_.Transaction -eq '' } }
        @{ Name = 'MinTokens'; Value = 3000; Where = { $_.TotalTokens -ge 3000 } }
        @{ Name = 'PolicyFailed'; Value = $true; Where = { -not $_.PolicyPassed } }
    ) {
        $filter = @{ $Name = $Value }

        $ids = (Get-TokenRequest @store @filter).Id

        $ids.Count | Should -BeGreaterThan 0
        $ids -join ' ' | Should -Be (($all | Where-Object $Where).Id -join ' ')
    }

    It 'returns nothing and no error for an unknown user' {
        Get-TokenRequest @store -User nobody -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'returns the requests of piped Get-TokenUsage buckets' {
        $day = Get-TokenUsage Day, Model @store -OrderBy Requests -Descending -First 1

        $requests = $day | Get-TokenRequest @store

        $requests.Count | Should -Be $day.Requests
        ($requests | Measure-Object TotalTokens -Sum).Sum | Should -Be $day.TotalTokens
        $requests.Model | Sort-Object -Unique | Should -Be $day.Model
    }

    It 'accepts files and ignores their owner' {
        (Get-Item $store.Database | Get-TokenRequest).Count | Should -Be $all.Count
        (Get-Item $store.Database | Get-TokenRequest -User alice).Count | Should -Be @($all | Where-Object User -EQ alice).Count
    }

    It 'keeps its values in JSON' {
        $again = $all[0] | ConvertTo-Json | ConvertFrom-Json

        foreach ($property in $all[0].PSObject.Properties | Where-Object Name -NE Timestamp) {
            $again.($property.Name) | Should -Be $property.Value
        }
        $again.Timestamp.ToUniversalTime() | Should -Be $all[0].Timestamp.UtcDateTime
    }

    It 'returns the same requests in a German session' {
        $culture = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = 'de-DE'
            $german = Get-TokenRequest @store -Since 2026-10-30 -Until 2026-10-30T12:00:00.5
        }
        finally {
            [cultureinfo]::CurrentCulture = $culture
        }

        $german.Id | Should -Be (Get-TokenRequest @store -Since 2026-10-30 -Until 2026-10-30T12:00:00.5).Id
        $german.Count | Should -BeGreaterThan 0
    }

    It 'reports invalid input: <ErrorId>' -ForEach @(
        @{ ErrorId = 'StoreNotFound'; Parameter = @{ Database = 'none.db' } }
        @{ ErrorId = 'RangeInvalid'; Parameter = @{ Since = '2026-10-30'; Until = '2026-10-30' } }
        @{ ErrorId = 'RangeInvalid'; Parameter = @{ Last = '7d'; Since = '2026-10-30' } }
        @{ ErrorId = 'RangeInvalid'; Parameter = @{ Last = '2026-10-30' } }
        @{ ErrorId = 'PatternInvalid'; Parameter = @{ User = 'a[b' } }
        @{ ErrorId = 'ParameterArgumentTransformationError'; Parameter = @{ Since = '30.10.2026' } }
        @{ ErrorId = 'ParameterArgumentTransformationError'; Parameter = @{ TimeZone = 'Nowhere/Town' } }
        @{ ErrorId = 'ParameterArgumentValidationError'; Parameter = @{ MinTokens = -1 } }
    ) {
        $query = $store.Clone()
        $Parameter.Keys | ForEach-Object { $query[$_] = $Parameter[$_] }

        { Get-TokenRequest @query } | Should -Throw -ErrorId "$ErrorId,TokenDashboard.Commands.GetTokenRequestCommand"
    }

    It 'shows a table that fits <_> columns' -ForEach 80, 120 {
        $lines = $all[0..20] | Get-Display $_

        $lines[0] | Should -Match '^Time +Total +Cost +Duration ms +User / Model'
        $lines[1] | Should -Match '^[- ]+$'
        $lines | Where-Object Length -GT $_ | Should -BeNullOrEmpty
        $lines | Where-Object { $_ -match '\d…|…\d' -or ($_ -match '…' -and $_.Length -gt 80) } | Should -BeNullOrEmpty
    }
}
