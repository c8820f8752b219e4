BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $grafana = Start-Grafana
    $closed = Get-ClosedUrl
}

AfterAll {
    $grafana | Stop-Grafana
}

Describe 'Connect-Grafana' {
    It 'checks the server and the account, and becomes the default' {
        $connection = Connect-Grafana $grafana.Url -Credential $grafana.Credential -Name person

        $connection.Name, $connection.Account, $connection.IsDefault | Should -Be 'person', $grafana.Credential.UserName, $true
        $connection.Version | Should -Be '13.3.1'
        (Get-GrafanaConnection | Where-Object IsDefault).Name | Should -Be 'person'
    }

    It 'takes address and token from the environment' {
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

    It 'remembers nothing of a server that does not answer, and nothing of a token that is refused' {
        $wrong = ConvertTo-SecureString glsa_not-a-real-token -AsPlainText

        { Connect-Grafana $closed -Token $grafana.Token -Name gone } | Should -Throw -ErrorId 'GrafanaUnreachable,*'
        { Connect-Grafana $grafana.Url -Token $wrong -Name gone } | Should -Throw -ErrorId 'GrafanaUnauthorized,*'
        { Get-GrafanaConnection gone -ErrorAction Stop } | Should -Throw -ErrorId 'GrafanaConnectionNotFound,*'
    }

    It 'refuses an address with a password in it without showing it' {
        { Connect-Grafana 'http://admin:s3cret@localhost' -Token $grafana.Token } | Should -Throw -ErrorId 'GrafanaUrlInvalid,*'
        "$($Error[0])" | Should -Not -Match 's3cret'
    }

    It 'takes one of the three interfaces' {
        { Connect-Grafana $closed -Token $grafana.Token -Api Both } | Should -Throw '*Auto, Legacy, Resource*' -ErrorId 'CannotConvertArgumentNoMessage,*'
        { Connect-Grafana $closed -Token $grafana.Token -Api Resource } | Should -Throw -ErrorId 'GrafanaUnreachable,*'
    }

    It 'says which certificate file it cannot read' {
        { Connect-Grafana $closed -Token $grafana.Token -CaCertificate (Join-Path $TestDrive none.pem) } |
            Should -Throw -ErrorId 'GrafanaCertificateInvalid,*' -ExpectedMessage '*none.pem*'
    }
}
