BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $database = Get-SampleStore
}

Describe 'Get-TokenPrice' {
    AfterEach {
        Remove-Item (Join-Path $TestDrive prices.*) -ErrorAction Ignore
    }

    It 'returns the price of a model' {
        $price = Get-TokenPrice gpt-4o

        $price.Provider | Should -Be 'openai'
        $price.Input, $price.Cached, $price.Output | Should -Be 2.5, 1.25, 10
        $price.Input | Should -BeOfType decimal
        $price.CacheWrite | Should -BeNullOrEmpty
        $price.Currency | Should -Be 'USD'
        $price.Status | Should -Be 'Current'
        $price.Match | Should -Not -BeNullOrEmpty
        $price.PriceList | Should -Be 'genai-prices 0.1.8 (2026-09-23)'
    }

    It 'returns the tiers by prompt size' {
        $prices = Get-TokenPrice claude-sonnet-4-5

        $prices.AbovePromptTokens | Should -Be 0, 200000
        $prices.Output | Should -Be 15, 22.5
    }

    It 'returns past prices with -History' {
        @(Get-TokenPrice o3).Output | Should -Be 8
        $history = Get-TokenPrice o3 -History

        $history.Status | Should -Be 'Past', 'Current'
        $history[0].Until, $history[1].From | Should -Be ([DateTimeOffset] '2025-06-10T00:00Z'), ([DateTimeOffset] '2025-06-10T00:00Z')
    }

    It 'returns the price at a point in time' {
        (Get-TokenPrice o3 -At 2025-06-09T23:59:59Z).Output | Should -Be 40
        (Get-TokenPrice o3 -At ([DateTimeOffset] '2025-06-10T00:00Z')).Output | Should -Be 8
        (Get-TokenPrice deepseek-v4-flash -At 2026-08-20T02:00Z).Window | Should -Be '01:00-04:00'
    }

    It 'returns the prices scheduled after -At' {
        $prices = Get-TokenPrice o3 -At 2025-01-01 -History

        $prices.Status | Should -Be 'Current', 'Scheduled'
    }

    It 'returns the prices by time of day' {
        $prices = Get-TokenPrice deepseek-chat

        $prices.Window | Sort-Object | Should -Be '00:30-16:30', '16:30-00:30'
        $prices | Where-Object Window -EQ '16:30-00:30' | ForEach-Object Output | Should -Be 0.55
    }

    It 'lists models by wildcard, and all models without a name' {
        $names = (Get-TokenPrice gpt-4o* -Provider openai).Model

        $names | Should -Contain 'gpt-4o-mini'
        $names | Where-Object { $_ -notlike 'gpt-4o*' } | Should -BeNullOrEmpty
        (Get-TokenPrice gpt-4o -Provider *).Provider | Should -Be 'github-copilot', 'openai'
        @(Get-TokenPrice).Count | Should -BeGreaterThan 1500
        Get-TokenPrice no-such-* | Should -BeNullOrEmpty
    }

    It 'finds the entry that applies to requests of a provider' {
        (Get-TokenPrice gpt-4o -Provider azure).Provider | Should -Be 'openai'
        (Get-TokenPrice openai/gpt-4o -Provider litellm).Model | Should -Be 'gpt-4o'
        (Get-TokenPrice 'grok-4.5[fast=true]' -Provider cursor).Model | Should -Be 'grok-4.5-fast'
    }

    It 'resolves the provider of a wildcard like that of a name' {
        $names = @{ Bedrock = 'aws'; 'aws.bedrock' = 'aws'; azure = 'anthropic'; vertex_ai = 'google' }
        foreach ($name in $names.Keys) {
            (Get-TokenPrice *claude-sonnet-4-5* -Provider $name).Provider | Should -Contain $names[$name]
        }
        # This provider has its own price for the model.
        (Get-TokenPrice claude-sonnet-4-5* -Provider vertex_ai).Provider | Should -Not -Contain 'anthropic'
        { Get-TokenPrice *claude-sonnet-4-5* -Provider nosuch -ErrorAction Stop } | Should -Throw "*'nosuch' is unknown*" -ErrorId 'PriceNotFound,TokenDashboard.Commands.GetTokenPriceCommand'
    }

    It 'accepts models and providers from usage rows' {
        $usage = Get-TokenUsage Model, Provider -RequestType chat -Database $database
        $prices = $usage | Get-TokenPrice

        $prices.Model | Sort-Object -Unique | Should -Contain 'gpt-4o-mini'
        ([pscustomobject] @{ Model = 'grok-4.5[fast=true]'; Provider = 'cursor' } | Get-TokenPrice).Model | Should -Be 'grok-4.5-fast'
    }

    It 'gets the price at the time of a piped request' {
        $requests = '2025-06-09T23:59:59Z', '2025-06-10T00:00:00Z' | ForEach-Object { [pscustomobject] @{ Model = 'o3'; Provider = 'openai'; Timestamp = $_ } }

        ($requests | Get-TokenPrice).Input | Should -Be 10, 2
        ($requests | Get-TokenPrice -At 2025-01-01).Input | Should -Be 10, 10
        $request = Get-TokenRequest -Database $database -Model gpt-4o -First 1
        ($request | Get-TokenPrice).Input | Should -Be (Get-TokenPrice gpt-4o -Provider openai -At $request.Timestamp).Input
    }

    It 'accepts names from the pipeline' {
        ('gpt-4o', 'o3' | Get-TokenPrice).Model | Should -Be 'gpt-4o', 'o3'
        "$(Get-TokenPrice gpt-4o)" | Should -Be 'openai/gpt-4o'
    }

    It 'reports each model without a price and continues' {
        $prices = Get-TokenPrice nosuch, o3, gpt-4o -Provider openai -ErrorAction SilentlyContinue -ErrorVariable problems

        $prices.Model | Should -Be 'o3', 'gpt-4o'
        $problems.FullyQualifiedErrorId | Should -Be 'PriceNotFound,TokenDashboard.Commands.GetTokenPriceCommand'
        $problems.TargetObject | Should -Be 'nosuch'
        $problems[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
    }

    It 'reads custom prices and names their file' {
        $file = Join-Path $TestDrive prices.yaml
        Set-Content $file "currency: EUR`nproviders:`n  - id: openai`n    models:`n      - id: gpt-4o`n        prices: { input_mtok: 2, output_mtok: 8 }`ndiscounts:`n  - { provider: openai, percent: 50 }"

        $price = Get-TokenPrice gpt-4o
        $price.Output, $price.Currency, $price.PriceList | Should -Be 8, 'EUR', $file
        $other = Get-TokenPrice o3
        $other.Output, $other.Discount, $other.Currency | Should -Be 4, 50, 'USD'
    }

    It 'returns the list price until a custom price starts' {
        $prices = 'prices: [ { constraint: { start_date: 2027-01-01 }, prices: { input_mtok: 1, output_mtok: 4 } } ]'
        Set-Content (Join-Path $TestDrive prices.yaml) "providers: [ { id: openai, models: [ { id: contract, match: { equals: gpt-4o }, $prices }, { id: mine, $prices } ] } ]"

        (Get-TokenPrice gpt-4o -Provider openai -At 2026-11-29).Output | Should -Be 10
        (Get-TokenPrice gpt-4o -Provider openai -History).Output | Should -Be 10, 4
        (Get-TokenPrice contract* -History).From | Should -Be ([DateTimeOffset] '2027-01-01T00:00Z')
        { Get-TokenPrice mine -Provider openai -At 2026-11-29 -ErrorAction Stop } | Should -Throw '*no price at this time*' -ErrorId 'PriceNotFound,TokenDashboard.Commands.GetTokenPriceCommand'
    }

    It 'stops if the custom prices are invalid' {
        Set-Content (Join-Path $TestDrive prices.yaml) "providers:`n  - name: openai"

        $problem = { Get-TokenPrice o3 } | Should -Throw -ErrorId 'PriceFileInvalid,TokenDashboard.Commands.GetTokenPriceCommand' -PassThru
        $problem.CategoryInfo.Category | Should -Be 'InvalidData'
        "$problem" | Should -Match 'line 2: providers\[0\]\.name '
    }

    It 'stops if the price folder is missing' {
        $env:TOKENDASHBOARD_PRICES = Join-Path $TestDrive none
        try {
            { Get-TokenPrice o3 } | Should -Throw -ErrorId 'PriceFileNotFound,TokenDashboard.Commands.GetTokenPriceCommand'
        }
        finally {
            $env:TOKENDASHBOARD_PRICES = $TestDrive
        }
    }

    It 'keeps its values in JSON and CSV' {
        (Get-TokenPrice o3 | ConvertTo-Json | ConvertFrom-Json).Output | Should -Be 8
        (Get-TokenPrice o3 | ConvertTo-Csv | ConvertFrom-Csv).Cached | Should -Be '0.5'
    }

    It 'shows a table that fits <_> columns' -ForEach 80, 120 {
        $lines = Get-TokenPrice claude-opus-4-6 -History | Get-Display $_

        $lines | Where-Object Length -GT $_ | Should -BeNullOrEmpty
        $lines[0] | Should -Match '^Model +Provider +From, times +Above +Input +Cached +Output'
        $lines[2] | Should -Match '^claude-opus-4-6 +anthropic +5 +0\.5 +25'
        $lines[3] | Should -Match ' 200000 +10 +1 +37\.5'
        $lines[4] | Should -Match ' 2026-03-13 +5 '
    }

    It 'shows all distinguishing values in <_> columns' -ForEach 80, 120 {
        $lines = Get-TokenPrice deepseek-v4-pro -At 2026-11-01 -History | Where-Object From | Get-Display $_
        ($lines | Select-String '\b\d\d:\d\d-\d\d:\d\d\b').Matches.Value | Should -Be '04:00-06:00', '10:00-01:00', '01:00-04:00', '06:00-10:00'

        $lines = Get-TokenPrice *anthropic.claude-sonnet-4-5* -Provider aws | Get-Display $_
        $lines -match '…' | Should -BeNullOrEmpty
        ($lines | Select-Object -Skip 2 | ForEach-Object { $_.PadRight(20).Substring(0, 20).Trim() }) -join '' | Should -Match '^global\.anthropic\.claude-sonnet-4-5-20250929-v1:0regional\.'
    }

    It 'completes models and providers' {
        Complete 'Get-TokenPrice gpt-4o-m' | Should -Contain 'gpt-4o-mini'
        Complete 'Get-TokenPrice -Provider anth' | Should -Be 'anthropic'
        Complete 'Get-TokenPrice -Provider x-ai -Model gpt' | Should -BeNullOrEmpty
        Complete 'Get-TokenPrice o3 -At yest' | Should -Be 'yesterday'
    }
}

Describe 'Get-TokenPrice -Unpriced' {
    BeforeAll {
        $csv = Join-Path $TestDrive unpriced.csv
        $columns = 'timestamp,model,provider,prompt_tokens,completion_tokens'
        $requests = '2026-03-01T10:00:00,in-house-7b,vllm,100,20', '2026-03-02T10:00:00,in-house-7b,vllm,300,40', '2026-03-01T10:00:00,gpt-0,openai,5,5',
            '2026-03-01T10:00:00,text-embedding-3-small,openai,9,3', '2026-03-01T10:00:00,gpt-4o,openai,1000,1000'
        Set-Content $csv ($columns, $requests | ForEach-Object { $_ })
        $other = Join-Path $TestDrive unpriced.db
        $null = Import-TokenUsage $csv -Database $other
        $unpriced = Get-TokenPrice -Unpriced -Database $other
    }

    It 'lists the models of a store that have no price, with their tokens' {
        $unpriced.Model | Should -Be 'in-house-7b', 'gpt-0', 'text-embedding-3-small'
        $unpriced.Provider | Should -Be 'vllm', 'openai', 'openai'
        $unpriced.Requests | Should -Be 2, 1, 1
        $unpriced.UnpricedTokens | Should -Be 460, 10, 3
        $unpriced.Reason | Should -Be 'NoProvider', 'NoModel', 'NoRate'
        $unpriced[0].LastRequest | Should -Be ([DateTimeOffset] '2026-03-02T10:00Z')
    }

    It 'returns the same with rollups' {
        $null = Optimize-TokenStore -Database $other -Confirm:$false

        Get-TokenPrice -Unpriced -Database $other | ConvertTo-Json | Should -Be ($unpriced | ConvertTo-Json)
    }

    It 'finds the unpriced model of the sample store' {
        $sample = Get-TokenPrice -Unpriced -Database $database

        $sample | Should -HaveCount 1
        $sample.UnpricedTokens | Should -Be (Get-TokenUsage -Model nomic-embed-text -Database $database).TotalTokens
    }

    It 'accepts a file from the pipeline' {
        @(Get-Item $other | Get-TokenPrice -Unpriced).Count | Should -Be 3
    }

    It 'shows a table that fits <_> columns' -ForEach 80, 120 {
        $lines = $unpriced | Get-Display $_

        $lines | Where-Object Length -GT $_ | Should -BeNullOrEmpty
        $lines[2] | Should -Match '^vllm +in-house-7b +2 +460'
    }

    It 'reports a missing store' {
        { Get-TokenPrice -Unpriced -Database (Join-Path $TestDrive none.db) } | Should -Throw -ErrorId 'StoreNotFound,TokenDashboard.Commands.GetTokenPriceCommand'
    }
}
