BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/process.ps1"
    $store = @{ Database = Get-SampleStore; TimeZone = 'UTC' }
    $range = @{ Since = '2026-10-25'; Until = '2026-11-01' }
    $path = Join-Path $TestDrive usage.html
    New-TokenReport $path @store @range -WarningAction SilentlyContinue
    $html = Get-Content $path -Raw
    $page = [xml] $html

    function Get-Figure([string] $Label) {
        ($page.SelectSingleNode("//dt[.='$Label']/following-sibling::dd[1]")).InnerText
    }

    function Get-ColumnSum([string] $Section, [string] $Header) {
        $rows = @($page.SelectNodes("//h2[@id='$Section']/..//tr"))
        $index = @($rows[0].ChildNodes.InnerText).IndexOf($Header)
        ($rows | Select-Object -Skip 1 | ForEach-Object { [long] ($_.ChildNodes[$index].InnerText -replace ',') } | Measure-Object -Sum).Sum
    }
}

Describe 'New-TokenReport' {
    It 'notes that requests were removed' {
        $removed = Join-Path $TestDrive removed.db
        Copy-Item $store.Database $removed
        $null = Remove-TokenUsage -Database $removed -Before 2026-10-28T00:00Z -Confirm:$false

        $none = New-TokenReport -Database $removed -TimeZone UTC -Since 2026-10-25 -Until 2026-10-28 -As Markdown -WarningAction SilentlyContinue
        $some = New-TokenReport -Database $removed -TimeZone UTC @range -As Markdown -WarningAction SilentlyContinue

        "$none" | Should -Match 'All requests of this time range were removed'
        "$some" | Should -Match 'Largest requests that were not removed'
        Get-Content $path -Raw | Should -Not -Match 'removed'
        Set-Content (Join-Path $TestDrive late.csv) "timestamp,prompt_tokens`n2026-10-20T10:00:00,5`n2026-10-19T10:00:00.7654321,6"
        $null = Import-TokenUsage (Join-Path $TestDrive late.csv) -Database (Join-Path $TestDrive late.db)
        "$(New-TokenReport -Database (Join-Path $TestDrive late.db) -As Markdown -WarningAction SilentlyContinue)" | Should -Not -Match 'removed'
    }

    It 'shows the values of the other commands' {
        $usage = Get-TokenUsage @store @range

        Get-Figure Tokens | Should -Be $usage.TotalTokens.ToString('N0', [cultureinfo]::InvariantCulture)
        Get-Figure Cost | Should -Be $usage.Cost.ToString("'$'#,0.00", [cultureinfo]::InvariantCulture)
        Get-Figure Users | Should -Be @(Get-UserTokenUsage @store @range | Where-Object User).Count
        foreach ($section in 'tokens', 'models', 'users') {
            Get-ColumnSum $section Tokens | Should -Be $usage.TotalTokens -Because $section
            Get-ColumnSum $section Requests | Should -Be $usage.Requests -Because $section
        }
        Get-ColumnSum unpriced Tokens | Should -Be $usage.UnpricedTokens
        Get-ColumnSum requests Tokens | Should -Be (Get-TokenRequest @store @range -OrderBy TotalTokens -Descending -First 10 | Measure-Object TotalTokens -Sum).Sum
    }

    It 'never overwrites the store, and creates no folders' {
        $own = Join-Path $TestDrive own.db
        Copy-Item $store.Database $own
        $link = Join-Path $TestDrive link.db
        $null = New-Item -ItemType SymbolicLink $link -Target $own -ErrorAction Ignore

        { New-TokenReport $own -Database $own -Force -ErrorAction Stop } | Should -Throw -ErrorId 'ReportExists,*'
        if (Test-Path $link) { { New-TokenReport $link -Database $own -Force -ErrorAction Stop } | Should -Throw -ErrorId 'ReportExists,*' }
        { New-TokenReport "$TestDrive/none/" -Database $own -ErrorAction Stop } | Should -Throw -ErrorId 'ReportWriteFailed,*'
        Join-Path $TestDrive none | Should -Not -Exist
        (Get-TokenUsage -Database $own).Requests | Should -BeGreaterThan 0
    }

    It 'shows the cost of each model with several currencies' {
        $env:TOKENDASHBOARD_PRICES = New-Item -ItemType Directory (Join-Path $TestDrive prices)
        try {
            Set-Content "$env:TOKENDASHBOARD_PRICES/prices.yaml" @'
currency: EUR
providers:
  - id: openai
    models:
      - { id: gpt-4o, match: { equals: gpt-4o }, prices: { input_mtok: 1, output_mtok: 2 } }
'@
            $text = New-TokenReport @store @range -As Markdown -WarningAction SilentlyContinue -WarningVariable warnings
        }
        finally {
            $env:TOKENDASHBOARD_PRICES = $TestDrive
        }
        $warnings -match 'EUR, USD' | Should -Match 'Select the models of one currency with -Model or -Provider'
        "$text" | Should -Match '\| `gpt-4o` \|[^\n]*€'
        "$text" | Should -Match '\| `claude[^\n]*\$'
        "$text" | Should -Match '\(EUR, USD\)'
    }

    It 'creates a file without scripts or external resources' {
        $page.SelectNodes('//script|//link|//img|//iframe|//object|//@src|//@href') | Should -HaveCount 0
        $html | Should -Not -Match 'https?://'
    }

    It 'creates the same report for the same time range' {
        $time = (Get-Item $path).LastWriteTimeUtc
        New-TokenReport $path @store @range
        (Get-Item $path).LastWriteTimeUtc | Should -Be $time

        New-TokenReport (Join-Path $TestDrive other.html) @store @range
        Get-Content (Join-Path $TestDrive other.html) -Raw | Should -BeExactly $html
    }

    It 'returns <_> text without a path' -ForEach 'Html', 'Markdown' {
        $text = New-TokenReport @store @range -As $_

        $text | Should -HaveCount 1
        $text | Should -BeOfType string
        $text | Should -Match ([regex]::Escape((Get-Figure Tokens)))
    }

    It 'creates Markdown for a .md file' {
        $file = New-TokenReport (Join-Path $TestDrive usage.md) @store @range -PassThru

        $file | Should -BeOfType IO.FileInfo
        Get-Content $file | Select-Object -Index 1 | Should -Be '# Token usage'
        Get-Content $file | Should -Contain '## Users'
    }

    It 'shows the title and the filters' {
        $text = New-TokenReport @store @range -User alice -Model 'gpt*' -Title 'Alice & Co' -As Markdown

        $text | Should -Match ([regex]::Escape((Get-TokenUsage @store @range -User alice -Model 'gpt*').TotalTokens.ToString('N0', [cultureinfo]::InvariantCulture)))
        $text -split "`n" | Should -Contain '- Users: `alice`'
        $text -split "`n" | Should -Contain '- Models: `gpt*`'
        New-TokenReport @store @range -Title 'Alice & Co' | Should -Match '<h1>Alice &amp; Co</h1>'
    }

    It 'replaces only earlier reports without -Force' {
        $other = Join-Path $TestDrive notes.html
        Set-Content $other 'My own.'

        { New-TokenReport $other @store @range } | Should -Throw -ErrorId 'ReportExists,TokenDashboard.Commands.NewTokenReportCommand'
        Get-Content $other | Should -Be 'My own.'
        { New-TokenReport $store.Database @store @range } | Should -Throw -ErrorId 'ReportExists,TokenDashboard.Commands.NewTokenReportCommand'
        New-TokenReport $other @store @range -Force
        Get-Content $other -Raw | Should -BeExactly $html
    }

    It 'writes only one report to a file for several pipeline objects' {
        $file = Join-Path $TestDrive one.html
        Get-UserTokenUsage @store -First 3 | New-TokenReport $file @store @range -ErrorVariable failure -ErrorAction SilentlyContinue

        $failure | Should -HaveCount 2
        $failure[0].FullyQualifiedErrorId | Should -Be 'ReportExists,TokenDashboard.Commands.NewTokenReportCommand'
    }

    It 'writes nothing with -WhatIf' {
        New-TokenReport (Join-Path $TestDrive whatif.html) @store @range -WhatIf
        Join-Path $TestDrive whatif.html | Should -Not -Exist
    }

    It 'reports invalid input: <ErrorId>' -ForEach @(
        @{ ErrorId = 'ReportWriteFailed'; Parameter = @{ Path = '.'; Force = $true } }
        @{ ErrorId = 'ReportWriteFailed'; Parameter = @{ Path = 'usage.csv'; Force = $true } }
        @{ ErrorId = 'RangeInvalid'; Parameter = @{ Since = '2026-10-30'; Last = '7d' } }
        @{ ErrorId = 'StoreNotFound'; Parameter = @{ Database = 'none.db' } }
        @{ ErrorId = 'ParameterArgumentTransformationError'; Parameter = @{ As = '1' } }
    ) {
        $query = $store + @{}
        $Parameter.Keys | ForEach-Object { $query[$_] = $Parameter[$_] }
        { New-TokenReport @query } | Should -Throw -ErrorId "$ErrorId,TokenDashboard.Commands.NewTokenReportCommand"
    }

    It 'completes formats and names in the store' {
        Complete 'New-TokenReport -As ' | Should -Be 'Html', 'Markdown'
        Complete "New-TokenReport -Database '$($store.Database)' -User ali" | Should -Be 'alice'
    }
}

Describe 'The example Send-TokenReport' {
    BeforeAll {
        $example = Join-Path $PSScriptRoot .. examples Send-TokenReport.ps1
        # The mail server is down, so a run exits with 2 if it tries to mail.
        $mail = @{ To = 'you@example.com'; From = 'me@example.com'; SmtpServer = '127.0.0.1'; Port = ([uri] (Get-ClosedUrl)).Port }

        # Runs the example in this process, which is faster. It sets $LASTEXITCODE, and returns its lines.
        function Send-Report([hashtable] $Parameters) {
            & $example -Database $store.Database -TimeZone UTC @Parameters *>&1 | ForEach-Object { "$_" }
        }
    }

    It 'writes the report on the last week to a folder' {
        $output = Invoke-PowerShell -File $example -Path (Join-Path $TestDrive share) -Database $store.Database -TimeZone UTC

        $LASTEXITCODE | Should -Be 0 -Because ($output -join "`n")
        Get-ChildItem (Join-Path $TestDrive share) | ForEach-Object Name | Should -Match '^usage-sample-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.html$'
    }

    It 'exits with 2 if the mail server is down' {
        $output = Send-Report ($mail + @{ Path = Join-Path $TestDrive mail })

        $LASTEXITCODE | Should -Be 2 -Because ($output -join "`n")
        Join-Path $TestDrive mail *.sent | Should -Not -Exist
    }

    It 'mails each report once, also with other reports in the folder' {
        $other = Get-SampleStore other.db
        # With 0, the .sent file exists.
        function Get-ExitCode($Database, $Last, $More = @{}) {
            $null = & $example -Path (Join-Path $TestDrive several) -TimeZone UTC -Database $Database -Last $Last @mail @More *>&1
            $LASTEXITCODE
        }
        Get-ExitCode $store.Database 'last month' | Should -Be 2
        $report = Get-Item (Join-Path $TestDrive several *.html)
        $null = New-Item ([IO.Path]::ChangeExtension($report.FullName, 'sent'))

        Get-ExitCode $store.Database 'last month' | Should -Be 0
        Get-ExitCode $store.Database yesterday | Should -Be 2
        Get-ExitCode $other 'last month' | Should -Be 2
        Get-ExitCode $store.Database 'last month' @{ Name = 'ops' } | Should -Be 2
        Get-ChildItem (Join-Path $TestDrive several *.html) | Should -HaveCount 4
    }

    It 'writes nothing through a link in the folder' -Skip:$IsWindows {
        $folder, $victim = (Join-Path $TestDrive links), (Join-Path $TestDrive victim.txt)
        Set-Content $victim 'Mine.'
        $null = Send-Report ($mail + @{ Path = $folder; Force = $true })
        $report = Get-Item (Join-Path $folder *.html)

        foreach ($name in [IO.Path]::ChangeExtension($report.FullName, 'sent'), $report.FullName) {
            Remove-Item $name -ErrorAction Ignore
            $null = New-Item -ItemType SymbolicLink $name -Target $victim
            $output = Send-Report ($mail + @{ Path = $folder; Force = $true })
            $LASTEXITCODE | Should -Be 1
            $output -match ' is a link' | Should -HaveCount 1
            Remove-Item $name
        }
        Get-Content $victim | Should -Be 'Mine.'
    }

    It 'sends a password to <_> only with TLS' -ForEach 'mail.example.invalid', '127.0.0.1' {
        $credential = Join-Path $TestDrive credential.xml
        [pscredential]::new('me', (ConvertTo-SecureString 'not-a-real-password' -AsPlainText -Force)) | Export-Clixml $credential
        $parameters = $mail + @{ Path = Join-Path $TestDrive password; CredentialPath = $credential }
        $parameters.SmtpServer = $_

        (Send-Report $parameters) -match 'requires -UseTls' | Should -HaveCount ($_ -eq '127.0.0.1' ? 0 : 1)
        $LASTEXITCODE | Should -Be 2
        (Send-Report ($parameters + @{ UseTls = $true })) -match 'requires -UseTls' | Should -HaveCount 0
        $LASTEXITCODE | Should -Be 2
    }

    It 'exits with 1 if the store is missing' {
        $null = & $example -Path (Join-Path $TestDrive none) -Database (Join-Path $TestDrive none.db) *>&1

        $LASTEXITCODE | Should -Be 1
    }
}
