#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Microsoft.PowerShell.PlatyPS'; ModuleVersion = '1.0.0' }

<#
.SYNOPSIS
    Converts the pages in docs/commands to the file that Get-Help reads, module/en-US/TokenDashboard.dll-Help.xml.
.DESCRIPTION
    PlatyPS reads and checks the pages and writes MAML. This script then repairs the MAML, because PlatyPS 1.0 puts each description
    into one paragraph with its Markdown, leaves the code of examples empty, leaves out default values, and adds an online link
    without an address.
.EXAMPLE
    ./tools/Update-Help.ps1
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # The folder of the pages.
    [string] $Path = "$PSScriptRoot/../docs/commands",

    # The file to write.
    [string] $Destination = "$PSScriptRoot/../module/en-US/TokenDashboard.dll-Help.xml"
)
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3

# Converts Markdown to console lines: one line for each paragraph and each list item, without marks around code.
function ConvertTo-Paragraph([string] $Markdown) {
    foreach ($block in $Markdown.Trim() -split '\n(?:[ \t]*\n)+') {
        $text = $block -match '^```' ? ($block -replace '(?m)^```.*\n?').TrimEnd() : ($block -replace '\s*\n\s*(?!- )', ' ')
        $text -replace '`([^`]+)`', '$1' -replace '\[([^\]]+)\]\([^)]+\)', '$1'
    }
}

# Replaces the content of an element with paragraphs.
function Write-Paragraph([Xml.XmlElement] $Element, [string[]] $Text) {
    $Element.IsEmpty = $true
    foreach ($paragraph in $Text) {
        $child = $Element.OwnerDocument.CreateElement('maml', 'para', 'http://schemas.microsoft.com/maml/2004/10')
        $child.InnerText = $paragraph
        $null = $Element.AppendChild($child)
    }
}

# An example is text, one block of PowerShell, its output, and more text. The text and the output are optional.
function Repair-Example([Xml.XmlElement] $Example) {
    # PlatyPS marks the gaps between paragraphs with this control character.
    $markdown = ($Example.introduction.ChildNodes.InnerText -ne [char] 0x80) -join "`n`n"
    if ($markdown -notmatch '(?s)^(?<before>((?!```).)*)```powershell\n(?<code>.*?)\n```(\s*```output\n(?<output>.*?)\n```)?(?<after>((?!```).)*)$') {
        throw "'$($Example.title)' is not text, one powershell block, one output block and text: $markdown"
    }
    $part = $Matches
    # Get-Help prints an introduction and the code without a break between them, so all text goes after the output.
    Write-Paragraph $Example.introduction @()
    $Example.SelectSingleNode('*[local-name() = "code"]').InnerText = $part.ContainsKey('output') ? "$($part.code)`n`n$($part.output)" : $part.code
    $text = @($part.before, $part.after | Where-Object { $_.Trim() } | ForEach-Object { ConvertTo-Paragraph $_ })
    # The empty paragraph separates the next title.
    Write-Paragraph $Example.SelectSingleNode('*[local-name() = "remarks"]') ($text + '')
}

$pages = Get-ChildItem $Path -Filter *-*.md | Sort-Object Name
foreach ($page in $pages) {
    if (-not (Test-MarkdownCommandHelp $page)) {
        throw "$page is not a page of command help; Test-MarkdownCommandHelp '$page' -DetailView shows why."
    }
}

$commands = $pages | Import-MarkdownCommandHelp
foreach ($message in $commands.Diagnostics.Messages | Where-Object Severity -eq Error) {
    throw "$($message.Message) $($message.Identifier)"
}

$folder = Join-Path ([IO.Path]::GetTempPath()) "help-$([guid]::NewGuid())"
try {
    $xml = [xml]::new()
    $xml.Load(($commands | Export-MamlCommandHelp -OutputFolder $folder -WhatIf:$false).FullName)
}
finally {
    Remove-Item $folder -Recurse -Force -WhatIf:$false -Confirm:$false
}

foreach ($element in $xml.SelectNodes('//*[local-name() = "description" or local-name() = "alert"][*]')) {
    Write-Paragraph $element (ConvertTo-Paragraph ($element.ChildNodes.InnerText -join "`n`n"))
}
foreach ($command in $commands) {
    foreach ($parameter in $command.Parameters) {
        $xpath = "//*[*/*[local-name() = 'name'] = '$($command.Title)']/*[local-name() = 'parameters']/*[*[local-name() = 'name'] = '$($parameter.Name)']"
        $default = $xml.CreateElement('dev', 'defaultValue', 'http://schemas.microsoft.com/maml/dev/2004/10')
        $default.InnerText = $parameter.DefaultValue ? $parameter.DefaultValue : 'None'
        $null = $xml.SelectSingleNode($xpath).AppendChild($default)
    }
}
foreach ($example in $xml.SelectNodes('//*[local-name() = "example"]')) {
    Repair-Example $example
}
foreach ($link in $xml.SelectNodes('//*[local-name() = "navigationLink"]')) {
    $uri = $link.SelectSingleNode('*[local-name() = "uri"]')
    if ($uri.InnerText -eq '' -and $link.linkText -eq 'Online Version') {
        $null = $link.ParentNode.RemoveChild($link)
    }
    elseif ($uri.InnerText -notmatch '^https?:') {
        # Links between pages do not work in the console. The name of the command is enough.
        $uri.IsEmpty = $true
    }
}

if ($PSCmdlet.ShouldProcess($Destination, 'Write the help of the commands')) {
    $null = New-Item (Split-Path $Destination) -ItemType Directory -Force
    $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Destination)
    $writer = [Xml.XmlWriter]::Create($file, [Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; Encoding = [Text.UTF8Encoding]::new($false) })
    $xml.Save($writer)
    $writer.Dispose()
    [IO.File]::AppendAllText($file, "`n")
}
