BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $database = Get-SampleStore
}

Describe 'Get-TokenStore' {
    It 'describes the contents of a store' {
        $store = Get-TokenStore -Database $database

        $store.Database | Should -Be $database
        $store.SizeBytes | Should -Be (Get-Item $database).Length
        $store.Rows | Should -Be @(Get-TokenRequest -Database $database).Count
        $store.FirstRequest | Should -BeOfType DateTimeOffset
        $store.LastRequest | Should -BeLessThan ([DateTimeOffset] '2026-11-01T00:00Z')
        $store.Models | Should -Contain 'gpt-4o'
        $store.Providers | Should -Be 'anthropic', 'mistral', 'openai'
        $store.Unreadable.Rows | Should -Be 0
        $store.JournalMode | Should -Be 'delete'
    }

    It 'returns the same counts as the other commands' {
        $store = Get-TokenStore -Database $database
        $usage = Get-TokenUsage -Database $database

        $store.TotalTokens | Should -Be $usage.TotalTokens
        $store.InterruptedStreams | Should -Be $usage.InterruptedStreams
        $store.RequestsWithoutUser | Should -Be (Get-TokenUsage -Database $database -User '').Requests
        $store.Users | Should -Be @(Get-TokenUsage User -Database $database | Where-Object User).Count
    }

    It 'accepts files and objects from the pipeline' {
        $other = Get-SampleStore other.db -Seed 4

        (Get-ChildItem (Join-Path $TestDrive *.db) | Get-TokenStore).Database | Sort-Object | Should -Be ($other, $database | Sort-Object)
        ([pscustomobject]@{ Path = $other } | Get-TokenStore).Database | Should -Be $other
        (Get-TokenStore -Database $database | Get-TokenStore).Database | Should -Be $database
        (Get-TokenStore -Database 'TestDrive:\sample.db').Database | Should -Be $database
    }

    It 'treats brackets in a path literally' {
        (Get-TokenStore -Database (Get-SampleStore 'store [1].db')).Rows | Should -BeGreaterThan 0
    }

    It 'accepts the paths that tab completion writes' {
        $brackets = Get-SampleStore 'escaped[1].db'
        $typed = Complete "Get-TokenStore $(Join-Path $TestDrive escaped)" | Invoke-Expression

        $typed | Should -BeExactly (Join-Path $TestDrive 'escaped`[1`].db')
        (Get-TokenStore $typed).Database | Should -Be $brackets
        (Get-TokenUsage -Database $typed).Requests | Should -Be (Get-TokenStore $brackets).Rows
        Complete "Get-TokenUsage -Database '$typed' -User ali" | Should -Be 'alice'
    }

    It 'reports a failed store as an error record' {
        Get-TokenStore none.db -ErrorAction SilentlyContinue -ErrorVariable problems | Should -BeNullOrEmpty

        $problems.FullyQualifiedErrorId | Should -Be 'StoreNotFound,TokenDashboard.Commands.GetTokenStoreCommand'
    }

    It 'reports that no file matches a pattern' {
        { Get-TokenStore (Join-Path $TestDrive 'zz*.db') -ErrorAction Stop } | Should -Throw 'No file matches the pattern*zz`*.db*'
    }

    It 'returns an object that is itself a value of -Database' {
        $store = Get-TokenStore -Database $database

        "$store" | Should -Be $database
        (Get-TokenUsage -Database $store).Requests | Should -Be $store.Rows
    }

    It 'does not convert other piped objects to paths' {
        Get-TokenUsage -Database $database | Get-TokenStore -ErrorAction SilentlyContinue -ErrorVariable problems | Should -BeNullOrEmpty

        $problems.FullyQualifiedErrorId | Should -BeLike 'InputObjectNotBound,*'
    }

    It 'reads the other stores of a pipeline when one cannot be read' {
        $broken = New-Item (Join-Path $TestDrive broken.txt) -Value ('not a database ' * 100)

        $stores = $broken, (Get-Item $database) | Get-TokenStore -ErrorAction SilentlyContinue -ErrorVariable problems

        $stores.Database | Should -Be $database
        $problems.FullyQualifiedErrorId | Should -Be 'StoreNotDatabase,TokenDashboard.Commands.GetTokenStoreCommand'
        $problems.TargetObject | Should -Be $broken.FullName
    }

    It 'reports that <Case>' -ForEach @(
        @{ Case = 'the file is missing'; Name = 'none.db'; ErrorId = 'StoreNotFound'; Category = 'ObjectNotFound' }
        @{ Case = 'the path is a folder'; Name = '.'; ErrorId = 'StoreIsDirectory'; Category = 'InvalidData' }
        @{ Case = 'the file is empty'; Name = 'empty.db'; ErrorId = 'StoreEmpty'; Category = 'InvalidData' }
    ) {
        New-Item (Join-Path $TestDrive empty.db) -Force | Out-Null

        $problem = { Get-TokenStore -Database (Join-Path $TestDrive $Name) -ErrorAction Stop } |
            Should -Throw -ErrorId "$ErrorId,TokenDashboard.Commands.GetTokenStoreCommand" -PassThru
        $problem.CategoryInfo.Category | Should -Be $Category
    }

    It 'keeps its values in JSON and CSV' {
        $json = Get-TokenStore -Database $database | ConvertTo-Json | ConvertFrom-Json
        $csv = Get-TokenStore -Database $database | ConvertTo-Csv | ConvertFrom-Csv

        $json.Models | Should -Be (Get-TokenStore -Database $database).Models
        $json.Unreadable.Rows | Should -Be 0
        $csv.Providers | Should -Be 'anthropic, mistral, openai'
        $csv.Rows | Should -Be $json.Rows
    }

    It 'begins CSV and JSON with the path' {
        (Get-TokenStore -Database $database | ConvertTo-Csv)[0] | Should -BeLike '"Database",*'
        (Get-TokenStore -Database $database | ConvertTo-Json -Compress) | Should -BeLike '{"Database":*'
    }

    It 'shows a table with Format-Table that fits <_> columns' -ForEach 80, 120 {
        $lines = Get-TokenStore -Database $database | Format-Table | Get-Display $_

        $lines | Where-Object Length -GT $_ | Should -BeNullOrEmpty
        $lines[0].Trim() -replace ' +', ' ' | Should -Be 'Requests First Last Users Models Rollups Source'
        $lines[2] | Should -Match '^ +\d+ 2026-10-22 2026-10-31 +\d+ +5 none +sample\.db$'
    }

    It 'shows a list that fits <_> columns and names every model' -ForEach 80, 120 {
        $lines = Get-TokenStore -Database $database | Get-Display $_

        $lines | Where-Object Length -GT $_ | Should -BeNullOrEmpty
        $lines -join '' -replace '\s' | Should -Match 'claude-sonnet-4-5,gpt-4o,gpt-4o-mini,mistral-medium-latest,nomic-embed-text'
        $lines[0] | Should -Match '^Database +: '
    }
}

Describe 'The default store' {
    BeforeAll {
        Push-Location $TestDrive
        New-Item Observicia -ItemType Directory | Out-Null
    }

    AfterAll {
        Pop-Location
    }

    AfterEach {
        Remove-Item Env:TOKENDASHBOARD_DATABASE, Env:OBSERVICIA_CONFIG_FILE -ErrorAction Ignore
        Remove-Item (Join-Path $TestDrive observicia_config.yaml) -ErrorAction Ignore
    }

    It 'is the one in the environment variable, relative to the current location' {
        $env:TOKENDASHBOARD_DATABASE = './sample.db'

        (Get-TokenStore).Database | Should -Be $database
    }

    It 'is the one in the configuration file in the current location' {
        Set-Content observicia_config.yaml "logging:`n  sqlite:`n    enabled: true`n    database: sample.db"

        (Get-TokenStore).Database | Should -Be $database
    }

    It 'is the one in the configuration file that the environment names' {
        Set-Content Observicia/other.yaml "logging:`n  sqlite:`n    enabled: true`n    database: sample.db"
        $env:OBSERVICIA_CONFIG_FILE = 'Observicia/other.yaml'

        (Get-TokenStore).Database | Should -Be $database
    }

    It 'is required, and the error names all three ways to set it' {
        { Get-TokenStore } | Should -Throw '*-Database*TOKENDASHBOARD_DATABASE*logging.sqlite.database*' -ErrorId 'StoreNotSpecified,TokenDashboard.Commands.GetTokenStoreCommand'
    }
}
