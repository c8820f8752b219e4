#Requires -Version 7.4

<#
.SYNOPSIS
    Writes src/TokenDashboard.Core/Pricing/Lists/prices.json: the price list that the module ships, created from genai-prices.
.DESCRIPTION
    Reads the data of genai-prices as JSON, or from the npm package @pydantic/genai-prices, which requires Node.js. Leaves out fields that the module
    does not read, and adds version, date, source and license. Requires a build of the module, because it uses Update-TokenPrice. If the license of
    genai-prices has changed, run tools/Update-Notices.ps1.
.EXAMPLE
    npm pack @pydantic/genai-prices@0.1.8; tar -xzf pydantic-genai-prices-0.1.8.tgz
    ./tools/Update-PriceList.ps1 -Path package/dist/index.js -Version 0.1.8 -Date 2026-09-23
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # genai-prices' data.json, or dist/index.js of its npm package.
    [Parameter(Mandatory)] [string] $Path,

    # The version of genai-prices.
    [Parameter(Mandatory)] [string] $Version,

    # The day it was published.
    [Parameter(Mandatory)] [datetime] $Date,

    # The file to write.
    [string] $Destination = "$PSScriptRoot/../src/TokenDashboard.Core/Pricing/Lists/prices.json"
)
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Set-StrictMode -Version 3

# The rates that the module reads.
$rates = 'input_mtok', 'cache_read_mtok', 'cache_write_mtok', 'output_mtok', 'output_reasoning_mtok', 'cache_write_1h_mtok', 'requests_kcount'

# Selects entries by name, in the order of the names.
function Select-Name([Collections.IDictionary] $From, [string[]] $Name) {
    $kept = [ordered] @{}
    $Name | Where-Object { $From.Contains($_) } | ForEach-Object { $kept[$_] = $From[$_] }
    $kept
}

# Writes JSON with a list that has one item per line, so that changes can be reviewed.
function Join-List([Collections.IDictionary] $Fields, [string] $Name, [string[]] $Item) {
    ((ConvertTo-Json $Fields -Compress -Depth 20) -replace '\}$') + ",`"$Name`":[`n" + ($Item -join ",`n") + "`n]}"
}

Import-Module "$PSScriptRoot/../artifacts/module/TokenDashboard"
$folder = (New-Item (Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid())) -ItemType Directory -WhatIf:$false).FullName
$before = $env:TOKENDASHBOARD_PRICES
try {
    $providers = if ($Path -like '*.js') {
        # The package's data is its first constant, a list that ends at the first line that begins with a closing bracket.
        $read = 'const s = require("fs").readFileSync(process.argv[1], "utf8"), b = s.indexOf("= [") + 2;' +
            'process.stdout.write(JSON.stringify(require("vm").runInNewContext("(" + s.slice(b, s.indexOf("\n]", b) + 2) + ")")))'
        node -e $read (Resolve-Path $Path).Path
    }
    else {
        Get-Content $Path -Raw
    }
    $header = [ordered] @{
        version = $Version
        date    = $Date.ToString('yyyy-MM-dd', [cultureinfo]::InvariantCulture)
        source  = 'genai-prices'
        licence = 'MIT, Copyright (c) Pydantic Services Inc. 2025 to present, https://github.com/pydantic/genai-prices'
    } | ConvertTo-Json -Compress
    $whole = Join-Path $folder whole.json
    Set-Content $whole "$($header.TrimEnd('}')),`"providers`":$providers}" -WhatIf:$false

    $env:TOKENDASHBOARD_PRICES = $folder
    $changes = @(Update-TokenPrice -Path $whole -Confirm:$false -WhatIf:$false)
    $changes
    if (-not (Test-Path (Join-Path $folder price-list.json))) {
        Write-Verbose 'The shipped list is up to date.'
    }
    elseif ($PSCmdlet.ShouldProcess($Destination, "Write a price list with $($changes.Count) changes")) {
        $list = Get-Content $whole -Raw | ConvertFrom-Json -AsHashtable
        $lines = foreach ($provider in $list.providers) {
            $models = foreach ($model in $provider.models) {
                $kept = Select-Name $model id, match, prices
                $kept.prices = $kept.prices -is [Collections.IDictionary] ? (Select-Name $kept.prices $rates)
                    : @($kept.prices | ForEach-Object { $_.prices = Select-Name $_.prices $rates; $_ })
                ConvertTo-Json $kept -Compress -Depth 20
            }
            Join-List (Select-Name $provider id, provider_match, model_match, fallback_model_providers) models $models
        }
        $text = Join-List (Select-Name ($list + @{ currency = 'USD' }) version, date, source, licence, currency) providers $lines
        [IO.File]::WriteAllText($PSCmdlet.GetUnresolvedProviderPathFromPSPath($Destination), "$text`n")
    }
}
finally {
    $env:TOKENDASHBOARD_PRICES = $before
    Remove-Item $folder -Recurse -WhatIf:$false
}
