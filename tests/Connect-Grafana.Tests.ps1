BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $grafana = Start-Grafana
    $closed = Get-ClosedUrl
}

AfterAll {
    $grafana | Stop-Grafana
}

Describe 'Connect-Grafana' {
    It 'checks the server and the account, and makes the connection the default' {
        $connection = Connect-Grafana $grafana.Url -Credential $grafana.Credential -Name person

        $connection.Name, $connection.Account, $connection.IsDefault | Should -Be 'person', $grafana.Credential.UserName, $true
        $connection.Version | Should -Be '13.3.1'
        (Get-GrafanaConnection | Where-Object IsDefault).Name | Should -Be 'person'
    }

    It 'reads address and token from the environment' {
        $env:GRAFANA_URL, $env:GRAFANA_TOKEN = $grafana.Url, $grafana.PlainToken
        try {
            (Connect-Grafana -Name environment).Url | Should -Be $grafana.Url
        }
        finally {
            $env:GRAFANA_URL = $env:GRAFANA_TOKEN = $null
        }
    }

    It 'shows no secret' {
        Connect-Grafana $grafana.Url -Token $grafana.Token -Name secret -Verbose -Debug *>&1 | Format-List * -Force | Out-String |
            Should -Not -Match $grafana.PlainToken
    }

    It 'keeps no connection after an unreachable server or a rejected token' {
        $wrong = ConvertTo-SecureString glsa_not-a-real-token -AsPlainText

        { Connect-Grafana $closed -Token $grafana.Token -Name gone } | Should -Throw -ErrorId 'GrafanaUnreachable,*'
        { Connect-Grafana $grafana.Url -Token $wrong -Name gone } | Should -Throw -ErrorId 'GrafanaUnauthorized,*'
        { Get-GrafanaConnection gone -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaConnectionNotFound,*'
    }

    It 'rejects an address with a password, without showing the password' {
        { Connect-Grafana 'http://admin:s3cret@localhost' -Token $grafana.Token } | Should -Throw -ErrorId 'GrafanaUrlInvalid,*'
        "$($Error[0])" | Should -Not -Match 's3cret'
    }

    It 'accepts only the three API values' {
        { Connect-Grafana $closed -Token $grafana.Token -Api Both } | Should -Throw '*Auto, Legacy, Resource*' -ErrorId 'CannotConvertArgumentNoMessage,*'
        { Connect-Grafana $closed -Token $grafana.Token -Api Resource } | Should -Throw -ErrorId 'GrafanaUnreachable,*'
    }

    It 'names the certificate file that it cannot read' {
        { Connect-Grafana $closed -Token $grafana.Token -CaCertificate (Join-Path $TestDrive none.pem) } |
            Should -Throw -ErrorId 'GrafanaCertificateInvalid,*' -ExpectedMessage '*none.pem*'
    }
}
