<#
.SYNOPSIS
    Writes a report of token usage from a timer, and mails it or leaves it in a share.
.DESCRIPTION
    The report of the last whole week goes into a folder, named by the day it ends: usage-2026-11-30.html. With -To it is mailed too: the
    Markdown of the report is the text of the mail, and the HTML file its attachment. A second run of the same day writes the same file and
    mails nothing, so a timer that runs too often does no harm; -Force mails again.

        tokendash -File Send-TokenReport.ps1 -Database /data/observicia.db -Path /srv/reports
        pwsh -NoProfile -File Send-TokenReport.ps1 -Path //server/reports -Last 'last month' -TimeZone Europe/Berlin
        pwsh -NoProfile -File Send-TokenReport.ps1 -Path /srv/reports -To team@example.com -From reports@example.com -SmtpServer mail.example.com

    Exit codes: 0 the report is written, and mailed where it was to be; 1 it could not be written; 2 it is written and could not be mailed.
    The next run mails a report that could not be mailed.
.PARAMETER Path
    The folder of the reports: a share, or the folder of a web server.
.PARAMETER Database
    The store. Without it, the store that every command reads.
.PARAMETER Last
    The range: 'last week', 'last month', yesterday.
.PARAMETER TimeZone
    The time zone of the days of the report.
.PARAMETER To
    Who gets the report by mail.
.PARAMETER From
    The sender.
.PARAMETER SmtpServer
    The mail server.
.PARAMETER Port
    Its port.
.PARAMETER UseTls
    Asks for an encrypted connection by STARTTLS.
.PARAMETER CredentialPath
    A file with the credential for the mail server, as Get-Credential | Export-Clixml writes it. On Windows only the same account reads it
    back; elsewhere it is not encrypted, so give it to this account alone (chmod 600).
.PARAMETER Force
    Mails the report again.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Path,
    [string] $Database,
    [ValidateSet('yesterday', 'last week', 'last month', 'last year')] [string] $Last = 'last week',
    [string] $TimeZone = 'Local',
    [string[]] $To,
    [string] $From,
    [string] $SmtpServer,
    [int] $Port = 25,
    [switch] $UseTls,
    [string] $CredentialPath,
    [switch] $Force
)

$ErrorActionPreference = 'Stop'

try {
    if (-not (Get-Command New-TokenReport -ErrorAction Ignore)) {
        Import-Module (Join-Path $PSScriptRoot .. artifacts module TokenDashboard)
    }
    $query = @{ Last = $Last; TimeZone = $TimeZone; WarningAction = 'SilentlyContinue' }
    if ($Database) {
        $query.Database = $Database
    }
    $report = $query + @{ Title = "Token usage of $($Last -replace '^last', 'the last')" }
    # Whole days, weeks and months end where they end however late the timer runs, so each has one name.
    $end = (Measure-TokenUsage @query).End
    $name = 'usage-{0:yyyy-MM-dd}' -f $end
    $file = New-TokenReport (Join-Path $Path "$name.html") @report -PassThru
    "Written: $($file.FullName)"
}
catch {
    "Failed: $_"
    exit 1
}

$sent = Join-Path $file.DirectoryName "$name.sent"
if (-not $To -or ((Test-Path $sent) -and -not $Force)) {
    exit 0
}

try {
    # .NET's own client is enough for a server of one's own; it knows no sign-in but name and password.
    $message = [Net.Mail.MailMessage]::new()
    $client = [Net.Mail.SmtpClient]::new($SmtpServer, $Port)
    try {
        $message.From = $From
        $To | ForEach-Object { $message.To.Add($_) }
        $message.Subject = '{0}, until {1:yyyy-MM-dd}' -f $report.Title, $end
        $message.Body = New-TokenReport @report -As Markdown
        $message.Attachments.Add([Net.Mail.Attachment]::new($file.FullName, 'text/html'))
        $client.EnableSsl = $UseTls
        if ($CredentialPath) {
            $client.Credentials = (Import-Clixml $CredentialPath).GetNetworkCredential()
        }
        $client.Send($message)
    }
    finally {
        $message.Dispose()
        $client.Dispose()
    }
    $null = New-Item $sent -ItemType File -Force
    "Mailed: $($To -join ', ')"
}
catch {
    "Failed: $_"
    exit 2
}
