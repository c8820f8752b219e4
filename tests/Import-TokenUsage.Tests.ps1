BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $id = ',TokenDashboard.Commands.ImportTokenUsageCommand'
    $header = 'timestamp,user_id,model,prompt_tokens,completion_tokens'

    function Write-File([string] $Name, [string[]] $Line) {
        $file = Join-Path $TestDrive $Name
        Set-Content $file $Line
        $file
    }
}

Describe 'Import-TokenUsage' {
    BeforeEach {
        $database = Join-Path $TestDrive "$([guid]::NewGuid()).db"
        $PSDefaultParameterValues['*:Database'] = $database
    }

    AfterEach {
        $PSDefaultParameterValues.Remove('*:Database')
    }

    It 'continues after a path outside the file system' {
        $file = Write-File after.csv $header, '2026-03-01T12:00:00,alice,gpt-4o,10,5'

        $report = Import-TokenUsage 'nodrive:a.csv', $file -ErrorVariable failure -ErrorAction SilentlyContinue

        $failure.FullyQualifiedErrorId | Should -Be "ImportFileNotFound$id"
        $report.Imported | Should -Be 1
    }

    It 'imports the requests of a file only once' {
        $file = Write-File once.csv $header, '2026-03-01T12:00:00,alice,gpt-4o,10,5', '2026-03-01T12:00:01,bob,gpt-4o,20,5'

        $first = Import-TokenUsage $file
        $second = Import-TokenUsage $file

        $first.Imported | Should -Be 2
        $first.FirstRequest | Should -Be ([DateTimeOffset] '2026-03-01T12:00:00Z')
        $second.Imported, $second.Duplicates | Should -Be 0, 2
        (Get-TokenUsage).TotalTokens | Should -Be 40
    }

    It 'imports only new requests from a file that grew' {
        $file = Write-File grown.csv $header, '2026-03-01T12:00:00,alice,gpt-4o,10,5'
        $null = Import-TokenUsage $file
        Add-Content $file '2026-03-01T12:00:01,bob,gpt-4o,20,5'

        (Import-TokenUsage $file).Imported | Should -Be 1
    }

    It 'finds the provider in the price list, and imports without it if the price file is invalid' {
        $files = 'one', 'two' | ForEach-Object { Write-File "priced-$_.csv" $header, "2026-03-01T12:00:00,$_,gpt-4o,10,5" }
        $null = Import-TokenUsage $files[0]
        $own = Join-Path $env:TOKENDASHBOARD_PRICES prices.yaml
        Set-Content $own 'nothing: 1'
        try {
            $report = Import-TokenUsage $files[1] -ErrorAction SilentlyContinue -ErrorVariable problems
        }
        finally {
            Remove-Item $own
        }

        $report.Imported | Should -Be 1
        $problems.FullyQualifiedErrorId | Should -Be 'PriceFileInvalid,TokenDashboard.Commands.ImportTokenUsageCommand'
        (Get-TokenRequest).Provider | Should -Be 'openai', ''
    }

    It 'accepts files from the pipeline and by wildcard' {
        $null = Write-File many-1.csv $header, '2026-03-01T12:00:00,alice,gpt-4o,10,5'
        $null = Write-File many-2.csv $header, '2026-03-01T12:00:01,alice,gpt-4o,10,5'

        Get-ChildItem $TestDrive many-*.csv | Import-TokenUsage | Should -HaveCount 2
        (Import-TokenUsage (Join-Path $TestDrive 'many-?.csv')).Duplicates | Should -Be 1, 1
    }

    It 'keeps cached and reasoning tokens and cost, also with rollups and after removal' {
        $file = Write-File detail.csv "$header,cached_tokens,reasoning_tokens,cost", '2026-03-01T12:00:00,alice,gpt-4o,10,5,4,,0.25', '2026-03-01T12:00:01,alice,gpt-4o,20,5,6,,0.5'
        $null = Import-TokenUsage $file

        (Get-TokenRequest).CachedTokens | Should -Be 4, 6
        foreach ($change in { }, { Optimize-TokenStore }, { Remove-TokenUsage -Before 2026-04-01 -Confirm:$false }) {
            $null = & $change
            $usage = Get-TokenUsage
            $usage.CachedTokens, $usage.RecordedCost | Should -Be 10, 0.75
            $usage.ReasoningTokens | Should -BeNullOrEmpty
        }
        $usage | Format-List | Out-String | Should -Match 'Cached tokens'
    }

    It 'maps columns and constants' {
        $file = Write-File trace.csv 'TIMESTAMP,ContextTokens,GeneratedTokens', '2026-03-01 12:00:00.1234567,100,7'

        $null = Import-TokenUsage $file -Map @{ timestamp = 'TIMESTAMP'; PromptTokens = 'ContextTokens'; completion_tokens = 'GeneratedTokens'; user = '=batch' }

        $request = Get-TokenRequest
        $request.User | Should -Be 'batch'
        $request.TotalTokens | Should -Be 107
    }

    It 'reads compressed files' {
        $plain = Write-File plain.csv $header, '2026-03-01T12:00:00,alice,gpt-4o,10,5'
        $packed = [IO.File]::Create((Join-Path $TestDrive packed.csv.gz))
        $gzip = [IO.Compression.GZipStream]::new($packed, [IO.Compression.CompressionLevel]::Optimal)
        $gzip.Write([IO.File]::ReadAllBytes($plain))
        $gzip.Dispose()

        (Import-TokenUsage (Join-Path $TestDrive packed.csv.gz)).Imported | Should -Be 1
        (Import-TokenUsage $plain).Duplicates | Should -Be 1
    }

    It 'returns a report but writes nothing with -WhatIf' {
        $file = Write-File whatif.csv $header, '2026-03-01T12:00:00,alice,gpt-4o,10,5', 'yesterday,bob,gpt-4o,1,1'

        $report = Import-TokenUsage $file -WhatIf

        $report.Imported, $report.Unreadable | Should -Be 1, 1
        $report.UnreadableLines.LineNumber | Should -Be 3
        $database | Should -Not -Exist
    }

    It 'reports <ErrorId> for <What>' -ForEach @(
        @{ What = 'a missing file'; Content = $null; ErrorId = 'ImportFileNotFound' }
        @{ What = 'a zip archive'; Content = [byte[]] (0x50, 0x4B, 3, 4, 0); ErrorId = 'ImportFormatUnsupported' }
        @{ What = 'an unknown format'; Content = [Text.Encoding]::ASCII.GetBytes("Roses are red,`nviolets are blue`n"); ErrorId = 'ImportFormatUnknown' }
        @{ What = 'no readable line'; Content = [Text.Encoding]::ASCII.GetBytes("timestamp,prompt_tokens`nnever,1`n"); ErrorId = 'ImportNothingFound' }
        @{ What = 'a usage report with buckets'; Content = [Text.Encoding]::ASCII.GetBytes("start_time,num_model_requests,input_tokens`n1793491200,57,12000`n"); ErrorId = 'ImportNotRequests' }
        @{ What = 'unknown columns'; Content = [Text.Encoding]::ASCII.GetBytes("when,how much`n1,2`n"); ErrorId = 'ImportColumnMissing' }
    ) {
        $file = Join-Path $TestDrive "$ErrorId.bin"
        if ($Content) {
            [IO.File]::WriteAllBytes($file, $Content)
        }

        Import-TokenUsage $file -ErrorAction SilentlyContinue -ErrorVariable problems | Should -BeNullOrEmpty
        $problems.FullyQualifiedErrorId | Should -Be "$ErrorId$id"
        { Import-TokenUsage $file -ErrorAction Stop } | Should -Throw -ErrorId "$ErrorId$id"
    }

    It 'imports exports of Get-TokenRequest in the culture <Culture>' -ForEach @{ Culture = '' }, @{ Culture = 'de-DE' }, @{ Culture = 'en-GB' }, @{ Culture = 'ja-JP' } {
        $other = Join-Path $TestDrive "$([guid]::NewGuid()).db"
        $null = New-TokenStore $other -Sample -Days 1
        $expected = Get-TokenRequest -Database $other | Measure-Object TotalTokens, DurationMs -Sum
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = $Culture
            Get-TokenRequest -Database $other | Export-Csv (Join-Path $TestDrive own.csv)
            Get-TokenRequest -Database $other | ConvertTo-Json | Set-Content (Join-Path $TestDrive own.json)
            Get-TokenRequest -Database $other | Export-Clixml (Join-Path $TestDrive own.xml)

            foreach ($file in 'own.json', 'own.xml', 'own.csv') {
                $report = Import-TokenUsage (Join-Path $TestDrive $file)
                $report.Imported + $report.Duplicates | Should -Be $expected[0].Count -Because $file
            }
        }
        finally {
            [cultureinfo]::CurrentCulture = $before
        }
        $imported = Get-TokenRequest | Measure-Object TotalTokens, DurationMs -Sum
        $imported[0].Count | Should -Be $expected[0].Count
        $imported[0].Sum | Should -Be $expected[0].Sum
        [Math]::Abs($imported[1].Sum - $expected[1].Sum) | Should -BeLessThan 1
    }

    It 'writes the numbers of warnings without the culture' {
        $file = Write-File unreadable.csv $header, '2026-03-01T12:00:00,alice,gpt-4o,10,5', (1..1500 | ForEach-Object { "never,bob$_,gpt-4o,1,1" } | Out-String).Trim()
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = 'de-DE'
            $null = Import-TokenUsage $file -WarningAction SilentlyContinue -WarningVariable warnings
        }
        finally {
            [cultureinfo]::CurrentCulture = $before
        }

        $warnings | Should -Match 'skipped: 1,500\. '
    }

    It 'imports the folder that tab completion writes' {
        $folder = (New-Item -Path (Join-Path $TestDrive 'folder[1]') -ItemType Directory).FullName
        Set-Content -LiteralPath (Join-Path $folder a.csv) $header, '2026-03-01T12:00:00,alice,gpt-4o,10,5'

        (Import-TokenUsage (Join-Path $TestDrive 'folder`[1`]')).Imported | Should -Be 1
    }

    It 'imports another store' {
        $other = Join-Path $TestDrive "$([guid]::NewGuid()).db"
        $null = New-TokenStore $other -Sample -Days 1

        $first = Import-TokenUsage $other
        $second = Import-TokenUsage $other

        $first.Format | Should -Be 'TokenStore'
        $first.Imported | Should -Be $second.Duplicates
        (Get-TokenUsage).TotalTokens | Should -Be (Get-TokenUsage -Database $other).TotalTokens
    }

    It 'imports a whole folder' {
        $folder = Join-Path $TestDrive sessions
        $null = New-Item (Join-Path $folder 2026/03) -ItemType Directory
        Set-Content (Join-Path $folder 2026/03/a.csv) $header, '2026-03-01T12:00:00,alice,gpt-4o,10,5'
        Set-Content (Join-Path $folder b.csv) $header, '2026-03-01T12:00:01,alice,gpt-4o,10,5'

        $report = Import-TokenUsage $folder

        $report | Should -HaveCount 1
        $report.Imported | Should -Be 2
        $report.Files | Should -HaveCount 2
    }

    It 'counts spans that repeat others with -KeepNested' {
        $span = '{{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"{0}","parentSpanId":"{1}","startTimeUnixNano":"1772366400000000000","attributes":[{{"key":"gen_ai.operation.name","value":{{"stringValue":"chat"}}}},{{"key":"gen_ai.usage.input_tokens","value":{{"intValue":"10"}}}}]}}'
        $file = Write-File nested.jsonl ('{"resourceSpans":[{"scopeSpans":[{"spans":[' + ($span -f 'a1', '') + ',' + ($span -f 'b2', 'a1') + ']}]}]}')

        (Import-TokenUsage $file -WhatIf).Imported | Should -Be 1
        (Import-TokenUsage $file -KeepNested).Imported | Should -Be 2
    }

    It 'shows a table of <Width> columns with all values' -ForEach @{ Width = 80 }, @{ Width = 120 } {
        $file = Write-File shown.csv $header, '2026-03-01T12:00:00,alice,gpt-4o,10,5'

        $lines = Import-TokenUsage $file | Get-Display $Width

        $lines[0] | Should -Match '^Format +Imported +Duplicates +Omitted +Unreadable +File$'
        $lines[2] | Should -Match '^Csv +1 +0 +0 +0 +shown.csv$'
    }

    It 'marks a file with notes in the table' {
        $span = '{{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"{0}","startTimeUnixNano":"1772366400000000000","attributes":[{{"key":"{1}","value":{{"intValue":"10"}}}}]}}'
        $file = Write-File noted.jsonl ('{"resourceSpans":[{"scopeSpans":[{"spans":[' + ($span -f 'a1', 'gen_ai.usage.input_tokens') + ',' + ($span -f 'b2', 'other.input_tokens') + ']}]}]}')

        (Import-TokenUsage $file | Get-Display 120)[2] | Should -Match '^Otlp +1 +0 +0 +0 +noted.jsonl \(see Notes\)$'
    }
}
