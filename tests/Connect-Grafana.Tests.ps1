# What needs a Grafana is tested against one in the .NET tests; here stands what the packaged module does without.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $token = [Net.NetworkCredential]::new('', 'glsa_not-a-real-token').SecurePassword

    $closed = Get-ClosedUrl

    $saved = $env:GRAFANA_URL, $env:GRAFANA_TOKEN
    $env:GRAFANA_URL, $env:GRAFANA_TOKEN = $closed, 'glsa_not-a-real-token'
}

AfterAll {
    $env:GRAFANA_URL, $env:GRAFANA_TOKEN = $saved
}

Describe 'Connect-Grafana' {
    It 'remembers nothing of a server that does not answer' {
        { Connect-Grafana $closed -Token $token -Name gone } | Should -Throw -ErrorId 'GrafanaUnreachable,*'
        Get-GrafanaConnection | Should -BeNullOrEmpty
    }

    It 'refuses an address with a password in it without showing it' {
        { Connect-Grafana 'http://admin:s3cret@localhost' -Token $token } | Should -Throw -ErrorId 'GrafanaUrlInvalid,*'
        "$($Error[0])" | Should -Not -Match 's3cret'
    }

    It 'takes one of the three interfaces' {
        { Connect-Grafana $closed -Token $token -Api Both } | Should -Throw '*Auto, Legacy, Resource*' -ErrorId 'CannotConvertArgumentNoMessage,*'
        { Connect-Grafana $closed -Token $token -Api Resource } | Should -Throw -ErrorId 'GrafanaUnreachable,*'
    }

    It 'says which certificate file it cannot read' {
        { Connect-Grafana $closed -Token $token -CaCertificate (Join-Path $TestDrive none.pem) } |
            Should -Throw -ErrorId 'GrafanaCertificateInvalid,*' -ExpectedMessage '*none.pem*'
    }
}
