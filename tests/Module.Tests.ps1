BeforeDiscovery {
    $manifest = Import-PowerShellDataFile "$PSScriptRoot/../module/TokenDashboard.psd1"
    $commands = $manifest.CmdletsToExport | ForEach-Object { @{ Name = $_ } }
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $root = (Resolve-Path "$PSScriptRoot/..").Path
}

Describe 'The module TokenDashboard' {
    It 'has a valid manifest' {
        $manifest = Test-ModuleManifest (Join-Path $modulePath TokenDashboard.psd1)

        $manifest.PowerShellVersion | Should -Be '7.4'
        $manifest.CompatiblePSEditions | Should -Be 'Core'
        $manifest.ExportedCmdlets.Keys | Should -Not -Contain '*'
        $manifest.ExportedFunctions.Count | Should -Be 0
        $manifest.ExportedAliases.Keys | Sort-Object | Should -Be (Import-PowerShellDataFile (Join-Path $modulePath TokenDashboard.psd1)).AliasesToExport
    }

    It 'contains every file of the folder module' {
        Get-ChildItem (Join-Path $root module) -Recurse -File | ForEach-Object {
            Join-Path $modulePath ([IO.Path]::GetRelativePath((Join-Path $root module), $_)) | Should -Exist
        }
    }

    It 'has an about topic' {
        Get-Help about_TokenDashboard | Should -Match 'THE DEFAULT STORE'
    }

    It 'exports no variables, and only the aliases in the manifest' {
        (Get-Module TokenDashboard).ExportedVariables.Count | Should -Be 0
        @((Get-Alias | Where-Object ModuleName -EQ TokenDashboard).Name | Sort-Object) | Should -Be @((Get-Module TokenDashboard).ExportedAliases.Keys | Sort-Object)
    }
}

Describe '<Name>' -ForEach $commands {
    BeforeAll {
        $command = Get-Command $Name -Module TokenDashboard
    }

    It 'has an approved verb' {
        $command.Verb | Should -BeIn (Get-Verb).Verb
    }

    It 'has a source file, a test file and a help page' {
        Join-Path $root "src/TokenDashboard/Commands/*/$($Name.Replace('-', ''))Command.cs" | Should -Exist
        Join-Path $root "tests/$Name.Tests.ps1" | Should -Exist
        Join-Path $root "docs/commands/$Name.md" | Should -Exist
    }

    It 'declares its output type' {
        $command.OutputType | Should -Not -BeNullOrEmpty
    }

    It 'supports -WhatIf if it changes something' {
        $command.Parameters.ContainsKey('WhatIf') | Should -Be ($command.Verb -notin 'Get', 'Measure', 'Test', 'Compare', 'Connect', 'Disconnect', 'Watch')
    }

    It 'completes every enum parameter' {
        $choices = $command.Parameters.Values | Where-Object { ($_.ParameterType.GetElementType() ?? $_.ParameterType).IsEnum -and $_.Name -notlike '*Action' }
        foreach ($choice in $choices) {
            Complete "$Name -$($choice.Name) " | Should -Be ([Enum]::GetNames($choice.ParameterType.GetElementType() ?? $choice.ParameterType) | Sort-Object)
        }
    }
}
