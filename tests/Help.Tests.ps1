# Runs the examples in docs/commands as a reader would, and compares their output with the pages.

BeforeDiscovery {
    $pattern = '(?s)### (?<Title>Example \d+: [^\n]+)\n((?!\n### ).)*?```powershell\n(?<Code>.*?)\n```(\s*```output\n(?<Output>.*?)\n```)?'
    $examples = Get-ChildItem "$PSScriptRoot/../docs/commands/*.md" | ForEach-Object {
        $page = $_.BaseName
        [regex]::Matches((Get-Content $_ -Raw).ReplaceLineEndings("`n"), $pattern) | ForEach-Object {
            @{ Page = $page; Title = $_.Groups['Title'].Value; Code = $_.Groups['Code'].Value; Output = $_.Groups['Output'].Value }
        }
    } | Where-Object { $_.Page -eq 'Export-GrafanaProvisioning' -or $_.Page -notmatch '^(Connect|Disconnect)-Grafana$|^(Compare|Export|Publish|Get|Set)-Grafana|^Test-GrafanaDataSource$|^Sync-TokenStore$' } | # They need a server.
        Where-Object { $_.Page -ne 'Update-TokenPrice' -or $_.Code -notmatch '-Url ' } |
        Where-Object { $_.Page -ne 'Watch-TokenUsage' -or $_.Code -match '-Count ' } # The others end at a key press.
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    # The pages show times in UTC. Windows ignores the variable, so there only a computer in UTC compares the output.
    $zone = $env:TZ
    $env:TZ = 'UTC'
    [TimeZoneInfo]::ClearCachedData()
    $sample = New-TokenStore (Join-Path $TestDrive sample.db) -Sample -Days 30 -Seed 7 -Until 2026-11-01T00:00Z
    $utc = (0, 6 | ForEach-Object { [TimeZoneInfo]::Local.GetUtcOffset([datetime]::new(2026, 1, 1).AddMonths($_)) } | Where-Object Ticks -NE 0).Count -eq 0

    # Line breaks depend on the width and the folder, and the last digit of a sum can depend on the processor.
    function Get-Shape([string] $Text, [string] $Folder = '/srv/observicia') {
        ($Text -replace '(?m)^What if: .*$' -replace '\s').Replace($Folder -replace '\s', '/srv/observicia').Replace('\', '/') -replace '\d', '0'
    }
}

AfterAll {
    $env:TZ = $zone
    [TimeZoneInfo]::ClearCachedData()
}

Describe '<Page>, <Title>' -ForEach $examples {
    BeforeAll {
        $folder = New-Item (Join-Path $TestDrive ([guid]::NewGuid())) -ItemType Directory
        Push-Location $folder
        if ($Page -ne 'New-TokenStore') {
            Copy-Item $sample.Database .
            $env:TOKENDASHBOARD_DATABASE = Join-Path $folder sample.db
        }
        $env:TOKENDASHBOARD_PRICES = $folder
        if ($Page -eq 'Update-TokenPrice') {
            $prices = '{"prices":{"input_mtok":10,"cache_read_mtok":0.5,"output_mtok":40}}',
                '{"constraint":{"start_date":"2025-06-10"},"prices":{"input_mtok":2,"cache_read_mtok":0.5,"output_mtok":8}}',
                '{"constraint":{"start_date":"2026-12-01"},"prices":{"input_mtok":1,"cache_read_mtok":0.25,"output_mtok":4}}' -join ','
            $models = "{`"id`":`"o3`",`"match`":{`"or`":[{`"equals`":`"o3`"},{`"equals`":`"o3-2025-04-16`"}]},`"prices`":[$prices]}",
                '{"id":"gpt-9","match":{"equals":"gpt-9"},"prices":{"input_mtok":3,"output_mtok":9}}' -join ','
            Set-Content data.json "[{`"id`":`"openai`",`"models`":[$models]}]"
        }
    }

    AfterAll {
        Pop-Location
        Remove-Item Env:TOKENDASHBOARD_DATABASE -ErrorAction Ignore
    }

    It 'runs and shows the output on the page' {
        $shown = @(. ([scriptblock]::Create($Code)))

        $shown.Count -gt 0 | Should -Be ((Get-Shape $Output) -ne '')
        if ($utc) {
            # The pages show windows of up to 76 columns. Try all widths to find the one that matches.
            76..50 | Where-Object { (Get-Shape (($shown | Get-Display $_) -join "`n") $folder) -eq (Get-Shape $Output) } | Select-Object -First 1 |
                Should -Not -BeNullOrEmpty -Because "the page says`n$Output`nand the example shows`n$(($shown | Get-Display 76) -join "`n")`n"
        }
    }
}
