BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/process.ps1"
    $database = (New-TokenStore (Join-Path $TestDrive live.db) -Sample -Days 2 -RequestsPerDay 200).Database

    # Adds a request with the current time, as an application would.
    function Add-Request([string] $User, [int] $Tokens) {
        $file = Join-Path $TestDrive "$([guid]::NewGuid()).csv"
        "timestamp,user_id,model,provider,prompt_tokens`n$([datetime]::UtcNow.ToString('s')),$User,gpt-4o,openai,$Tokens" | Set-Content $file
        $null = Import-TokenUsage $file -Database $database
    }
}

Describe 'Watch-TokenUsage' {
    It 'returns a line for each refresh in a pipeline' {
        $lines = Watch-TokenUsage -Database $database -Count 2 -IntervalSec 1 | ForEach-Object { $_ }

        $lines | Should -HaveCount 2
        $lines | ForEach-Object { $_ | Should -BeOfType string }
    }

    It 'shows requests that are added while it runs' {
        $numbers = @(Watch-TokenUsage -Database $database -User 'newcomer' -Last 1d -Count 2 -IntervalSec 1 -WarningAction Ignore | ForEach-Object {
                if ($_ -match ' 0 requests') { Add-Request newcomer 777 }
                [regex]::Match($_, '(\d+) requests, (\d+) tokens').Groups[1, 2].Value -join ' '
            })

        $numbers | Should -Be '0 0', '1 777'
    }

    It 'adds up the requests from -Since' {
        $usage = Get-TokenUsage -Database $database -Since 2020-01-01
        $line = Watch-TokenUsage -Database $database -Since 2020-01-01 -Count 1 -AsLine

        $line -replace '[^\d:. -]' | Should -Match ([regex]::Escape("$($usage.TotalTokens)"))
    }

    It 'stops when the pipeline stops' {
        Watch-TokenUsage -Database $database -IntervalSec 1 | Select-Object -First 1 | Should -HaveCount 1
    }

    It 'writes plain lines to a file' {
        $output = Invoke-PowerShell -Command "Import-Module '$modulePath'; Watch-TokenUsage -Database '$database' -Count 1 -WarningAction Ignore"

        $output | Where-Object { $_ } | Should -HaveCount 1
        "$output" | Should -Not -Match ([char] 27)
    }

    It 'counts removed requests like the other commands' {
        $copy = Get-SampleStore removed.db
        $null = Optimize-TokenStore $copy
        $null = Remove-TokenUsage -Database $copy -Before 2026-10-28 -Confirm:$false
        $usage = Get-TokenUsage -Database $copy -Since 2026-10-25

        Watch-TokenUsage -Database $copy -Since 2026-10-25 -Count 1 -AsLine -WarningVariable warnings | Should -Match ('{0:N0} requests, {1:N0} tokens' -f $usage.Requests, $usage.TotalTokens)
        $warnings -match 'Remove-TokenUsage' | Should -HaveCount 0
        $null = Watch-TokenUsage -Database $copy -Since 2026-10-25 -MinTokens 1 -Count 1 -AsLine -WarningVariable warnings -WarningAction Ignore
        $warnings -match 'Remove-TokenUsage' | Should -HaveCount 1
    }

    It 'warns first and only once' {
        $file = Join-Path $TestDrive currencies.csv
        "timestamp,prompt_tokens,provider,model`n2026-03-01T12:00:00,5,openai,gpt-4o`n2026-03-01T12:00:00,5,acme,own-model" | Set-Content $file
        $null = Import-TokenUsage $file -Database (Join-Path $TestDrive currencies.db)
        $prices = Join-Path $TestDrive prices.yaml
        Set-Content $prices 'currency: EUR', 'providers: [{ id: acme, models: [{ id: own-model, match: { equals: own-model }, prices: { input_mtok: 2 } }] }]'
        try {
            $output = Watch-TokenUsage -Database (Join-Path $TestDrive currencies.db) -Since 2026-01-01 -Count 2 -IntervalSec 1 3>&1 | ForEach-Object { "$_" }
        }
        finally {
            Remove-Item $prices
        }

        $output[0] | Should -Match '^Cost is in several currencies \(EUR, USD\)'
        $output -match '^Cost is in several' | Should -HaveCount 1
        $output -match '2 requests, 10 tokens, \(EUR, USD\)$' | Should -HaveCount 2
    }

    Context 'when the output is a terminal' -Skip:(-not $IsLinux -or -not (Get-Command script, stty -ErrorAction Ignore)) {
        It 'leaves the last output on the screen' {
            $shown = (Invoke-InTerminal "Watch-TokenUsage -Database '$database' -Since 2020-01-01 -Count 1") -join "`n"

            $picture, $left = $shown -split ([regex]::Escape("$([char] 27)[?1049l"))
            $picture | Should -Match 'Newest requests'
            $picture | Should -Match 'q quits\.'
            $left | Should -Match '(?s)live\.db.*Users.*Newest requests.* \d{4}-\d\d-\d\d|\d\d:\d\d:\d\d  '
            $left | Should -Not -Match ([char] 27)
        }

        It 'shows in a small window that there is more' {
            (Invoke-InTerminal "Watch-TokenUsage -Database '$database' -Since 2020-01-01 -Count 1" -Rows 10) -join "`n" | Should -Match 'q quits\. Enlarge the window to see more\.'
        }

        It 'redraws when the size of the window changes' {
            $file = Join-Path $TestDrive resized.txt
            $await = "await() { for i in {1..600}; do grep -q `"`$1`" `"$file`" && break; sleep 0.1; done; }"
            $resize = "bash -c '($await; await Enlarge; stty rows 24; await Newest; sleep 1; kill -INT `$0) < /dev/tty > /dev/null 2>&1 &' `$PID"
            $shown = (Invoke-InTerminal "$resize; Watch-TokenUsage -Database '$database' -Since 2020-01-01 -IntervalSec 300 -Count 2" -Rows 10 -Shown $file) -join "`n"

            # Ctrl+C leaves the last output, too.
            $picture = ($shown -split ([regex]::Escape("$([char] 27)[?1049l")))[0]
            $picture | Should -Match '(?s)Enlarge the window to see more\..*Newest requests.*q quits\. '
            ([regex]::Matches($shown, '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?=  live)').Value | Select-Object -Unique) | Should -HaveCount 1
        }

        It 'returns lines if the output is captured' {
            $ways = @(
                '$kept = Watch-TokenUsage @query'
                '$kept = @(& Watch-TokenUsage @query)'
                '$kept = if ($true) { Watch-TokenUsage @query }'
                'Watch-TokenUsage @query > kept.txt; $kept = Get-Content kept.txt'
                'Watch-TokenUsage @query -OutVariable kept > $null'
            )
            $run = foreach ($way in $ways) { "`$kept = `$null; $way`n'{0} kept: {1}' -f '$($way -replace "'", "''")', `"`$kept`"" }
            $shown = (Invoke-InTerminal "Set-Location '$TestDrive'; `$query = @{ Database = '$database'; Count = 1 }`n$($run -join "`n")" -Columns 300) -join "`n"

            foreach ($way in $ways) {
                $shown | Should -Match "$([regex]::Escape($way)) kept: \d{4}-\d\d-\d\d "
            }
            $shown | Should -Not -Match '1049h'
        }
    }

    It 'reports invalid input: <ErrorId>' -ForEach @(
        @{ ErrorId = 'NamedParameterNotFound'; Parameter = @{ Until = '2026-10-30' } }
        @{ ErrorId = 'NamedParameterNotFound'; Parameter = @{ WholeDays = $true } }
        @{ ErrorId = 'RangeInvalid'; Parameter = @{ Last = 'yesterday' } }
        @{ ErrorId = 'StoreNotFound'; Parameter = @{ Database = 'none.db' } }
        @{ ErrorId = 'ParameterArgumentValidationError'; Parameter = @{ IntervalSec = 0 } }
    ) {
        $query = @{ Database = $database; Count = 1; AsLine = $true }
        $Parameter.Keys | ForEach-Object { $query[$_] = $Parameter[$_] }
        { Watch-TokenUsage @query } | Should -Throw -ErrorId "$ErrorId,TokenDashboard.Commands.WatchTokenUsageCommand"
    }
}
