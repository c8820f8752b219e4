BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/process.ps1"
    $database = (New-TokenStore (Join-Path $TestDrive live.db) -Sample -Days 2 -RequestsPerDay 200).Database

    # One more request, as an application would store it.
    function Add-Request([string] $User, [int] $Tokens) {
        $file = Join-Path $TestDrive "$([guid]::NewGuid()).csv"
        "timestamp,user_id,model,provider,prompt_tokens`n$([datetime]::UtcNow.ToString('s')),$User,gpt-4o,openai,$Tokens" | Set-Content $file
        $null = Import-TokenUsage $file -Database $database
    }
}

Describe 'Watch-TokenUsage' {
    It 'gives a line for each reading in a pipeline' {
        $lines = Watch-TokenUsage -Database $database -Count 2 -IntervalSec 1 | ForEach-Object { $_ }

        $lines | Should -HaveCount 2
        $lines | ForEach-Object { $_ | Should -BeOfType string }
    }

    It 'shows what is written meanwhile' {
        $numbers = @(Watch-TokenUsage -Database $database -User 'newcomer' -Count 2 -IntervalSec 1 | ForEach-Object {
                if ($_ -match ' 0 requests') { Add-Request newcomer 777 }
                [regex]::Match($_, '(\d+) requests, (\d+) tokens').Groups[1, 2].Value -join ' '
            })

        $numbers | Should -Be '0 0', '1 777'
    }

    It 'sums up from the beginning that is asked for' {
        $usage = Get-TokenUsage -Database $database -Since 2020-01-01
        $line = Watch-TokenUsage -Database $database -Since 2020-01-01 -Count 1 -AsLine

        $line -replace '[^\d:. -]' | Should -Match ([regex]::Escape("$($usage.TotalTokens)"))
    }

    It 'stops where the pipeline does' {
        Watch-TokenUsage -Database $database -IntervalSec 1 | Select-Object -First 1 | Should -HaveCount 1
    }

    It 'writes plain lines to a file' {
        $output = Invoke-PowerShell -Command "Import-Module '$modulePath'; Watch-TokenUsage -Database '$database' -Count 1"

        $output | Where-Object { $_ } | Should -HaveCount 1
        "$output" | Should -Not -Match ([char] 27)
    }

    It 'says what is wrong: <ErrorId>' -ForEach @(
        @{ ErrorId = 'RangeInvalid'; Parameter = @{ Until = '2026-10-30' } }
        @{ ErrorId = 'StoreNotFound'; Parameter = @{ Database = 'none.db' } }
        @{ ErrorId = 'ParameterArgumentValidationError'; Parameter = @{ IntervalSec = 0 } }
    ) {
        $asked = @{ Database = $database; Count = 1; AsLine = $true }
        $Parameter.Keys | ForEach-Object { $asked[$_] = $Parameter[$_] }
        { Watch-TokenUsage @asked } | Should -Throw -ErrorId "$ErrorId,TokenDashboard.Commands.WatchTokenUsageCommand"
    }
}
