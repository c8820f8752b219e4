#Requires -Version 7.4

<#
.SYNOPSIS
    Writes module/THIRD-PARTY-NOTICES.txt: the licenses of the packages in deps/ of the module, and of the shipped price list.
.DESCRIPTION
    Names, versions and copyright lines come from the packages that NuGet restored for TokenDashboard.Core. License texts and notices come
    from the packages that contain them. For other packages, the standard text of the license that the package names is used. Run the
    script after dotnet restore whenever a package changes; until then, a test fails.
.EXAMPLE
    ./tools/Update-Notices.ps1
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # The file to write.
    [string] $Destination = "$PSScriptRoot/../module/THIRD-PARTY-NOTICES.txt"
)
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3

$mit = @'
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the
following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY
CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE
OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
'@

function Read-Text([string] $Path) {
    (Get-Content $Path -Raw).Replace("`r`n", "`n").Trim()
}

$standard = @{ 'MIT' = $mit.Replace("`r`n", "`n"); 'Apache-2.0' = Read-Text "$PSScriptRoot/licenses/Apache-2.0.txt" }
$assets = Get-Content "$PSScriptRoot/../src/TokenDashboard.Core/obj/project.assets.json" -Raw | ConvertFrom-Json -AsHashtable
$roots = $assets.packageFolders.Keys

# The deployed packages: those with assemblies, or with native libraries for a platform.
$packages = foreach ($entry in $assets.targets.Values[0].GetEnumerator() | Sort-Object Key) {
    $files = @('runtime', 'runtimeTargets', 'native' | ForEach-Object { $entry.Value[$_] } | Where-Object { $_ } | ForEach-Object Keys) -notlike '*/_._'
    if ($entry.Value.type -eq 'package' -and $files) {
        $folder = $roots | ForEach-Object { Join-Path $_ $assets.libraries[$entry.Key].path } | Where-Object { Test-Path $_ } | Select-Object -First 1
        $metadata = ([xml] (Get-Content (Get-Item "$folder/*.nuspec") -Raw)).package.metadata
        [pscustomobject] @{
            Id        = $metadata.id
            Version   = $metadata.version
            # A package without a copyright line names its authors.
            Copyright = ($metadata['copyright'] ?? $metadata['authors']).InnerText
            License   = $metadata.license.type -eq 'expression' ? $metadata.license.InnerText : ''
            # A license file in the package is used instead of the standard text.
            Text      = Get-ChildItem $folder -File | Where-Object Name -Match '^licen[sc]e' | Select-Object -First 1 | ForEach-Object { Read-Text $_ }
            Notices   = Get-ChildItem $folder -File | Where-Object Name -Match '^third-party-notices' | Select-Object -First 1 | ForEach-Object { Read-Text $_ }
        }
    }
}

# The shipped price list names its license and source.
$prices = (Get-Content "$PSScriptRoot/../src/TokenDashboard.Core/Pricing/Lists/prices.json" -TotalCount 1) -replace '"providers":.*', '"providers":[]}' | ConvertFrom-Json

$rule = '-' * 100
$text = [Text.StringBuilder]::new()
$null = $text.Append("The TokenDashboard module carries these packages in its folder deps/. Their licences follow the list.`n`n")
foreach ($package in $packages) {
    $license = $package.License ? $package.License : 'its own text'
    $null = $text.Append("    $($package.Id) $($package.Version)   licence: $license`n    $($package.Copyright)`n")
}
$null = $text.Append("`nSQLitePCLRaw.lib.e_sqlite3 carries SQLite, which its authors have dedicated to the public domain (https://www.sqlite.org/copyright.html).`n")
$null = $text.Append("`nIts price list has data of $($prices.source) $($prices.version) ($($prices.licence)).`n")

# Packages with the same license text are listed together.
foreach ($group in $packages | Group-Object { $_.Text ? $_.Text : $standard[$_.License] }) {
    if (-not $group.Name) {
        throw "There is no text of the licence '$($group.Group[0].License)' of $($group.Group.Id -join ', '). Add it to tools/licenses."
    }
    $own = $group.Group[0].Text
    $names = ($group.Group | ForEach-Object { "$($_.Id)$($own ? '' : ": $($_.Copyright)")" }) -join "`n"
    $null = $text.Append("`n$rule`n$names`n$rule`n`n$($group.Name)`n")
}
$null = $text.Append("`n$rule`n$($prices.source): $($prices.licence)`n$rule`n`n$($standard['MIT'])`n")
foreach ($group in $packages | Where-Object Notices | Group-Object Notices) {
    $null = $text.Append("`n$rule`nNotices of what is in $($group.Group.Id -join ', ')`n$rule`n`n$($group.Name)`n")
}

if ($PSCmdlet.ShouldProcess($Destination, 'Write the notices of third parties')) {
    [IO.File]::WriteAllText($PSCmdlet.GetUnresolvedProviderPathFromPSPath($Destination), $text.ToString())
}
