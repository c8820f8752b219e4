# Runs the scripts in the folder examples as in a clone, on a machine without the installed module.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/process.ps1"
    $examples = Join-Path $PSScriptRoot .. examples
}

Describe 'The example' {
    It 'quickstart shows usage and writes dashboards' {
        $output = Invoke-PowerShell -File (Join-Path $examples quickstart.ps1) -OutputPath (Join-Path $TestDrive quickstart)

        $LASTEXITCODE | Should -Be 0 -Because ($output -join "`n")
        $output -match '^ +1 .* alice$' | Should -HaveCount 1
        Join-Path $TestDrive quickstart overview.json | Should -Exist
        Join-Path $TestDrive quickstart grafana datasources tokendashboard.yaml | Should -Exist
    }

    It 'New-OwnDashboard tests a dashboard and writes it' {
        $output = Invoke-PowerShell -File (Join-Path $examples New-OwnDashboard.ps1) -Path (Join-Path $TestDrive own)

        $LASTEXITCODE | Should -Be 0 -Because ($output -join "`n")
        $file = Join-Path $TestDrive own assistants.json
        $output | Should -Be "Assistants: 5 panels, all queries succeeded. Written: $file"
        (Get-Content $file | ConvertFrom-Json).title | Should -Be Assistants
    }

    # A misspelled name, or wildcards that a shell expands, must not change what the script does.
    It '<Script> rejects <Fault>' -ForEach @(
        foreach ($script in 'New-OwnDashboard', 'Publish-TokenDashboards', 'Send-TokenReport', 'quickstart') {
            @{ Script = $script; Fault = 'an unknown parameter'; Named = @{ Foldr = 'LLM' }; ErrorId = 'NamedParameterNotFound' }
            @{ Script = $script; Fault = 'a stray argument'; Unnamed = 'second.json'; ErrorId = 'PositionalParameterNotFound' }
        }
    ) {
        $path = Join-Path $TestDrive refused
        $parameters = @{ ($Script -eq 'quickstart' ? 'OutputPath' : 'Path') = $path } + ($Named ?? @{})
        $arguments = @($Unnamed | Where-Object { $_ })

        { & (Join-Path $examples "$Script.ps1") @parameters @arguments } | Should -Throw -ErrorId "$ErrorId*"

        $path | Should -Not -Exist
    }

    It 'Send-TokenReport exits with 1 after a misspelled parameter' {
        $output = Invoke-PowerShell -File (Join-Path $examples Send-TokenReport.ps1) -Path (Join-Path $TestDrive refused) -Foldr LLM

        $LASTEXITCODE | Should -Be 1
        $output -match "parameter cannot be found .*'Foldr'" | Should -HaveCount 1 -Because ($output -join "`n")
    }

    It 'Publish-TokenDashboards exits with 4 if the module is neither installed nor built' {
        $folder = New-Item (Join-Path $TestDrive clone examples) -ItemType Directory -Force
        Copy-Item (Join-Path $examples Publish-TokenDashboards.ps1) $folder

        $output = Invoke-PowerShell -File (Join-Path $folder Publish-TokenDashboards.ps1)

        $LASTEXITCODE | Should -Be 4
        $output -match ' Ended ModuleNotFound: ' | Should -HaveCount 1
    } -Skip:([Reflection.Assembly]::GetEntryAssembly().GetName().Name -eq 'tokendash') # It contains the module.

    It 'Publish-TokenDashboards exits with 3 if the server is down' {
        $env:GRAFANA_URL, $env:GRAFANA_TOKEN = (Get-ClosedUrl), 'glsa_not-a-real-token'
        try {
            $output = Invoke-PowerShell -File (Join-Path $examples Publish-TokenDashboards.ps1) -TimeoutSec 2
        }
        finally {
            Remove-Item Env:GRAFANA_URL, Env:GRAFANA_TOKEN
        }

        $LASTEXITCODE | Should -Be 3
        $output -match ' Ended GrafanaUnreachable: ' | Should -HaveCount 1
    }
}
