BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $sample = @{ Sample = $true; Days = 3; RequestsPerDay = 100; Until = '2026-11-01T00:00Z' }

    function Get-AsText([string] $Database) {
        Get-TokenRequest -Database $Database | Select-Object * -ExcludeProperty Source | ConvertTo-Json
    }
}

Describe 'New-TokenStore' {
    It 'creates an empty store that every command can read' {
        $store = New-TokenStore (Join-Path $TestDrive empty.db)

        $store.Rows | Should -Be 0
        $store.FirstRequest | Should -BeNullOrEmpty
        Get-TokenRequest -Database $store.Database | Should -BeNullOrEmpty
        Get-TokenUsage Day -Database $store.Database | Should -BeNullOrEmpty
        Get-UserTokenUsage -Database $store.Database | Should -BeNullOrEmpty
        (Get-TokenUsage -Database $store.Database).Requests | Should -Be 0
    }

    It 'creates sample requests in the given days' {
        $store = New-TokenStore (Join-Path $TestDrive sample.db) @sample

        $store.Rows | Should -BeGreaterThan 50
        $store.FirstRequest | Should -BeGreaterOrEqual ([DateTimeOffset] '2026-10-29T00:00Z')
        $store.LastRequest | Should -BeLessThan ([DateTimeOffset] '2026-11-01T00:00Z')
        $store.Models.Count | Should -BeGreaterThan 3
        $store.Unreadable.Rows | Should -Be 0
    }

    It 'creates the same sample from the same seed, and another from another seed' {
        $one = (New-TokenStore (Join-Path $TestDrive one.db) @sample -Seed 5).Database
        $same = (New-TokenStore (Join-Path $TestDrive same.db) @sample -Seed 5).Database
        $other = (New-TokenStore (Join-Path $TestDrive seed.db) @sample -Seed 6).Database

        Get-AsText $same | Should -BeExactly (Get-AsText $one)
        Get-AsText $other | Should -Not -BeExactly (Get-AsText $one)
    }

    It 'ends the sample now by default' {
        $store = New-TokenStore (Join-Path $TestDrive now.db) -Days 2 -RequestsPerDay 2000

        $store.LastRequest | Should -BeLessOrEqual ([DateTimeOffset]::Now)
        $store.LastRequest | Should -BeGreaterThan ([DateTimeOffset]::Now.AddHours(-12))
    }

    It 'creates missing folders, and accepts paths from the pipeline' {
        Push-Location $TestDrive
        try {
            $stores = './a/b/one.db', './a/two.db' | New-TokenStore
        }
        finally {
            Pop-Location
        }

        $stores.Database | Should -Be (Join-Path $TestDrive a b one.db), (Join-Path $TestDrive a two.db)
        Get-ChildItem (Join-Path $TestDrive a) -Recurse -File | Should -HaveCount 2
    }

    It 'creates nothing with -WhatIf' {
        New-TokenStore (Join-Path $TestDrive whatif store.db) -Sample -WhatIf | Should -BeNullOrEmpty

        Join-Path $TestDrive whatif | Should -Not -Exist
    }

    It 'never overwrites a file, and creates the other stores in a pipeline' {
        $there = New-Item (Join-Path $TestDrive there.db) -Value 'mine'
        $new = Join-Path $TestDrive new.db

        $stores = $there.FullName, $new | New-TokenStore -ErrorAction SilentlyContinue -ErrorVariable problems

        $stores.Database | Should -Be $new
        $problems.FullyQualifiedErrorId | Should -Be 'StoreExists,TokenDashboard.Commands.NewTokenStoreCommand'
        Get-Content $there | Should -Be 'mine'
        { New-TokenStore $there } | Should -Throw -ErrorId 'StoreExists,TokenDashboard.Commands.NewTokenStoreCommand'
    }

    It 'reports that a store cannot be written, and leaves no files' {
        $file = New-Item (Join-Path $TestDrive file.txt)

        { New-TokenStore (Join-Path $file store.db) } | Should -Throw -ErrorId 'StoreWriteFailed,TokenDashboard.Commands.NewTokenStoreCommand'
        Get-ChildItem $TestDrive *.tmp -Recurse | Should -BeNullOrEmpty
    }

    It 'rejects <Name> <Value>' -ForEach @(
        @{ Name = 'Days'; Value = 0 }
        @{ Name = 'Days'; Value = 3651 }
        @{ Name = 'RequestsPerDay'; Value = 0 }
    ) {
        $parameter = @{ $Name = $Value }

        { New-TokenStore (Join-Path $TestDrive refused.db) -Sample @parameter } |
            Should -Throw -ErrorId 'ParameterArgumentValidationError,TokenDashboard.Commands.NewTokenStoreCommand'
    }
}
