BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $kept = Join-Path $TestDrive price-list.json
    $file = Join-Path $TestDrive newer.json

    # Writes a list with one model that replaces the shipped ones.
    function Set-List([string] $Prices = '{"input_mtok":3,"output_mtok":9,"input_audio_mtok":7}') {
        Set-Content $file "[{`"id`":`"openai`",`"name`":`"OpenAI`",`"model_match`":{`"starts_with`":`"gpt-`"},`"models`":[{`"id`":`"gpt-9`",`"match`":{`"equals`":`"gpt-9`"},`"prices`":$Prices}]}]"
    }
}

Describe 'Update-TokenPrice' {
    BeforeEach {
        Remove-Item $kept -ErrorAction Ignore
        Set-List
    }

    It 'saves the list to the folder of the user and applies it' {
        $changes = Update-TokenPrice $file

        (Get-TokenPrice gpt-9).Output | Should -Be 9
        { Get-TokenPrice o3 -ErrorAction Stop } | Should -Throw -ErrorId 'PriceNotFound,*'
        ($changes | Where-Object Model -EQ gpt-9).Change | Should -Be 'Added'
        ($changes | Where-Object Model -EQ o3).Change | Should -Contain 'Removed'
        $kept | Should -FileContentMatchExactly '"source":"newer.json"'
    }

    It 'accepts files from the pipeline' {
        (Get-ChildItem $file | Update-TokenPrice | Where-Object Model -EQ gpt-9).Change | Should -Be 'Added'
        (Get-TokenPrice gpt-9).Output | Should -Be 9
        $file | Update-TokenPrice | Should -BeNullOrEmpty
        [pscustomobject] @{ Path = $file } | Update-TokenPrice -WhatIf | Should -BeNullOrEmpty
    }

    It 'reads UTF-16, as Windows PowerShell writes it' {
        Set-Content $file (Get-Content $file -Raw) -Encoding unicode

        $null = Update-TokenPrice $file

        (Get-TokenPrice gpt-9).Output | Should -Be 9
    }

    It 'warns about a list that removes most models' {
        $null = Update-TokenPrice $file -WarningVariable first -WarningAction SilentlyContinue
        Set-List '{"input_mtok":4,"output_mtok":9}'
        $null = Update-TokenPrice $file -WarningVariable second

        $first | Should -Match 'removes 1,\d+ of the 1,\d+ models'
        $second | Should -BeNullOrEmpty
    }

    It 'returns the changes but writes nothing with -WhatIf' {
        @(Update-TokenPrice $file -WhatIf).Count | Should -BeGreaterThan 1000

        $kept | Should -Not -Exist
        (Get-TokenPrice o3).Output | Should -Be 8
    }

    It 'returns the differences from the previous list' {
        $null = Update-TokenPrice $file
        Set-List '[{"prices":{"input_mtok":3,"output_mtok":9}},{"constraint":{"start_date":"2030-01-01"},"prices":{"input_mtok":2,"output_mtok":6}}]'

        $changes = Update-TokenPrice $file

        $changes | Should -HaveCount 1
        $changes.Change, $changes.Provider, $changes.Model | Should -Be 'Changed', 'openai', 'gpt-9'
        $changes.After | Should -Match '2030-01-01'
        (Get-TokenPrice gpt-9).Status | Should -Be 'Current', 'Scheduled'
    }

    It 'rejects the address of a server, which gets prices from Sync-TokenStore' {
        Update-TokenPrice -Database clickhouse://localhost:8123/llm -ErrorVariable failure -ErrorAction SilentlyContinue

        $failure.FullyQualifiedErrorId | Should -Be 'StoreEngineUnknown,TokenDashboard.Commands.UpdateTokenPriceCommand'
    }

    It 'writes nothing when nothing differs' {
        $null = Update-TokenPrice $file
        $written = (Get-Item $kept).LastWriteTimeUtc

        Update-TokenPrice $file | Should -BeNullOrEmpty
        (Get-Item $kept).LastWriteTimeUtc | Should -Be $written
    }

    It 'refreshes the prices of a store from the current list, without a new list' {
        $database = Get-SampleStore "$([guid]::NewGuid()).db"
        $null = Optimize-TokenStore $database
        $null = Update-TokenPrice $file

        Update-TokenPrice -Database $database -WhatIf
        (Get-TokenStore $database).Prices | Should -Be 'stale'
        Update-TokenPrice -Database $database | Should -BeNullOrEmpty
        (Get-TokenStore $database).Prices | Should -Be 'current'
        Update-TokenPrice -Database none.db -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -Be 'StoreNotFound,TokenDashboard.Commands.UpdateTokenPriceCommand'
    }

    It 'accepts stores from the pipeline' {
        $database = Get-SampleStore "$([guid]::NewGuid()).db"
        $null = Optimize-TokenStore $database
        $null = Update-TokenPrice $file

        Get-TokenStore $database | Update-TokenPrice | Should -BeNullOrEmpty
        (Get-TokenStore $database).Prices | Should -Be 'current'
    }

    It 'refreshes the prices of stores from a new list' {
        $database = Get-SampleStore "$([guid]::NewGuid()).db"
        $null = Optimize-TokenStore $database
        $null = Update-TokenPrice $file
        (Get-TokenStore $database).Prices | Should -Be 'stale'

        $null = Update-TokenPrice $file -Database $database -WhatIf
        (Get-TokenStore $database).Prices | Should -Be 'stale'
        $changes = Update-TokenPrice $file -Database (Join-Path $TestDrive none.db), $database -ErrorAction SilentlyContinue -ErrorVariable problems

        $changes | Should -BeNullOrEmpty
        $problems.FullyQualifiedErrorId | Should -Be 'StoreNotFound,TokenDashboard.Commands.UpdateTokenPriceCommand'
        (Get-TokenStore $database).Prices | Should -Be 'current'
    }

    It 'saves the list even if the pipeline stops after the first change' {
        $null = Update-TokenPrice $file | Select-Object -First 1

        $kept | Should -Exist
    }

    It 'replaces a corrupt list' {
        Set-Content $kept '{"providers":[{"id":"openai","models":[{"id":"o3"}]}]}'
        { Get-TokenPrice o3 } | Should -Throw -ErrorId 'PriceListInvalid,TokenDashboard.Commands.GetTokenPriceCommand'

        $null = Update-TokenPrice $file

        (Get-TokenPrice gpt-9).Output | Should -Be 9
    }

    It 'accepts single objects in place of lists' {
        Set-Content $file '{"id":"x"}'
        { Update-TokenPrice $file } | Should -Throw -ErrorId 'PriceListInvalid,*'
        Set-Content $file '{"providers":{"id":"openai","models":{"id":"gpt-9","match":{"equals":"gpt-9"},"prices":{"input_mtok":1,"output_mtok":2}}}}'

        $null = Update-TokenPrice $file

        (Get-TokenPrice gpt-9 -Provider openai).Output | Should -Be 2
    }

    It 'accepts a list that it has written' {
        $null = Update-TokenPrice $file
        Copy-Item $kept (Join-Path $TestDrive copy.json)
        Remove-Item $kept

        (Update-TokenPrice (Join-Path $TestDrive copy.json) | Where-Object Change -EQ Added).Model | Should -Contain 'gpt-9'
        (Get-TokenPrice gpt-9).PriceList | Should -Match '^newer.json '
    }

    It 'rejects <Case> and keeps the current list' -ForEach @(
        @{ Case = 'invalid JSON'; Text = '<html>'; ErrorId = 'PriceListInvalid'; Category = 'InvalidData' }
        @{ Case = 'JSON that is not a price list'; Text = '{"models":[]}'; ErrorId = 'PriceListInvalid'; Category = 'InvalidData' }
        @{ Case = 'a list without a provider'; Text = '[]'; ErrorId = 'PriceListInvalid'; Category = 'InvalidData' }
        @{ Case = 'a list without a model'; Text = '{"providers":[{"id":"openai","models":[]}]}'; ErrorId = 'PriceListInvalid'; Category = 'InvalidData' }
        @{ Case = 'a missing file'; Text = $null; ErrorId = 'PriceFileNotFound'; Category = 'ObjectNotFound' }
    ) {
        Remove-Item $file
        if ($Text) {
            Set-Content $file $Text
        }

        $problem = { Update-TokenPrice $file } | Should -Throw -ErrorId "$ErrorId,TokenDashboard.Commands.UpdateTokenPriceCommand" -PassThru
        $problem.CategoryInfo.Category | Should -Be $Category
        $kept | Should -Not -Exist
    }

    It 'reports that it cannot write' {
        $env:TOKENDASHBOARD_PRICES = Join-Path $file below
        try {
            { Update-TokenPrice $file } | Should -Throw -ErrorId 'PriceListWriteFailed,TokenDashboard.Commands.UpdateTokenPriceCommand'
        }
        finally {
            $env:TOKENDASHBOARD_PRICES = $TestDrive
        }
    }

    It 'rejects the URL <_>' -ForEach 'http://prices.example/list.json', 'https://user:secret@prices.example/list.json', 'ftp://prices.example/x', 'list.json' {
        $problem = { Update-TokenPrice -Url $_ } |
            Should -Throw '*is not a permitted address*' -ErrorId 'PriceListUnreachable,TokenDashboard.Commands.UpdateTokenPriceCommand' -PassThru
        "$problem $($problem.TargetObject)" | Should -Not -Match 'secret'
    }

    It 'rejects the URL <_>, which cannot be parsed' -ForEach 'https://user:p@secret@prices.example/', 'https://user:secret@prices.example:99999/', 'https://[::1/secret' {
        $problem = { Update-TokenPrice -Url $_ } | Should -Throw -PassThru
        "$problem $($problem.TargetObject) $($problem.Exception)" | Should -Not -Match 'secret'
    }

    It 'reports an unreachable URL without the secrets in its query' {
        $problem = { Update-TokenPrice -Url "$(Get-ClosedUrl)/list.json?token=secret" } |
            Should -Throw -ErrorId 'PriceListUnreachable,TokenDashboard.Commands.UpdateTokenPriceCommand' -PassThru
        $problem.CategoryInfo.Category | Should -Be 'ConnectionError'
        "$problem $($problem.TargetObject)" | Should -Not -Match 'secret'
    }

    It 'shows a table that fits <_> columns' -ForEach 80, 120 {
        $lines = Update-TokenPrice $file -WhatIf | Select-Object -First 3 | Get-Display $_

        $lines | Where-Object Length -GT $_ | Should -BeNullOrEmpty
        $lines[0] | Should -Match '^Change +Provider +Model +After'
    }
}
