<#
.SYNOPSIS
    Writes a report on token usage to a folder, and optionally mails it. For timers.
.DESCRIPTION
    By default, the report is on the previous week. The file name contains the name of the store, and the days on which the time range
    begins and ends: usage-observicia-2026-11-23-2026-11-30.html. With -To, the report is also mailed: the text of the mail is the report
    as Markdown, and the HTML file is attached. Later runs write the same file and do not mail it again, unless you use -Force.

        tokendash -File Send-TokenReport.ps1 -Database /data/observicia.db -Path /srv/reports
        pwsh -NoProfile -File Send-TokenReport.ps1 -Path //server/reports -Last 'last month' -TimeZone Europe/Berlin
        pwsh -NoProfile -File Send-TokenReport.ps1 -Path /srv/reports -To team@example.com -From reports@example.com -SmtpServer mail.example.com

    Links in the folder are not followed: if the report, or the file that marks it as mailed, is a link, nothing is written.

    Exit codes: 0: the report is written, and mailed if -To is given. 1: it could not be written. 2: it is written, but could not be mailed.
    The next run mails a report that could not be mailed.
.PARAMETER Path
    The folder for the reports, such as a share or the folder of a web server.
.PARAMETER Database
    The store. The default is that of the commands; see about_TokenDashboard.
.PARAMETER Last
    The time range: yesterday, 'last week', 'last month' or 'last year'.
.PARAMETER TimeZone
    The time zone of the days in the report.
.PARAMETER Name
    The beginning of the file names. The default is usage, and with -Database also the file name of the store: usage-observicia. Reports of
    one time range in one folder need different names, for example for two stores observicia.db, or for two groups of recipients.
.PARAMETER To
    The recipients of the mail.
.PARAMETER From
    The sender.
.PARAMETER SmtpServer
    The mail server.
.PARAMETER Port
    The port of the mail server.
.PARAMETER UseTls
    Encrypts the connection with STARTTLS.
.PARAMETER CredentialPath
    A file with the credential for the mail server, written by Get-Credential | Export-Clixml. On Windows, only the same account can read
    it. On other systems it is not encrypted, so make it readable for this account only (chmod 600). It requires -UseTls, unless the mail
    server is localhost, 127.0.0.1 or ::1.
.PARAMETER Force
    Mails the report again, even if it was mailed already.
#>
[CmdletBinding(PositionalBinding = $false)]
param(
    [Parameter(Mandatory)] [string] $Path,
    [string] $Database,
    [ValidateSet('yesterday', 'last week', 'last month', 'last year')] [string] $Last = 'last week',
    [string] $TimeZone = 'Local',
    [string] $Name,
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
    if (-not $Name) {
        # The store can also be an address, or have wildcards.
        $Name = 'usage' + ($Database ? '-' + ([IO.Path]::GetFileNameWithoutExtension($Database) -replace '[^\w.-]', '_') : '')
    }
    # The bounds of a whole day, week, month or year do not depend on when the timer runs, so each report has one name.
    $range = Measure-TokenUsage @query
    $fileName = '{0}-{1:yyyy-MM-dd}-{2:yyyy-MM-dd}' -f $Name, $range.Start, $range.End
    $html, $sent = 'html', 'sent' | ForEach-Object { Join-Path $Path "$fileName.$_" }
    # Otherwise, another account that can write to the folder could redirect the write to any file of this account.
    $link = Get-Item -LiteralPath $html, $sent -Force -ErrorAction Ignore | Where-Object LinkTarget
    if ($link) {
        throw "'$($link[0].FullName)' is a link. Remove it, or use another folder."
    }
    $file = New-TokenReport $html @report -PassThru
    "Written: $($file.FullName)"
}
catch {
    "Failed: $_"
    exit 1
}

if (-not $To -or ((Test-Path -LiteralPath $sent) -and -not $Force)) {
    exit 0
}

try {
    # The .NET client supports only sign-in with name and password.
    $message = [Net.Mail.MailMessage]::new()
    $client = [Net.Mail.SmtpClient]::new($SmtpServer, $Port)
    try {
        $message.From = $From
        $To | ForEach-Object { $message.To.Add($_) }
        $message.Subject = '{0}, until {1:yyyy-MM-dd}' -f $report.Title, $range.End
        $message.Body = New-TokenReport @report -As Markdown
        $message.Attachments.Add([Net.Mail.Attachment]::new($file.FullName, 'text/html'))
        $client.EnableSsl = $UseTls
        if ($CredentialPath) {
            if (-not $UseTls -and $SmtpServer -notin 'localhost', '127.0.0.1', '::1') {
                throw '-CredentialPath requires -UseTls. Otherwise, the password would be sent unencrypted.'
            }
            $client.Credentials = (Import-Clixml $CredentialPath).GetNetworkCredential()
        }
        $client.Send($message)
    }
    finally {
        $message.Dispose()
        $client.Dispose()
    }
    if (-not (Test-Path -LiteralPath $sent)) {
        $null = New-Item $sent -ItemType File
    }
    "Mailed: $($To -join ', ')"
}
catch {
    "Failed: $($_.Exception.GetBaseException().Message)"
    exit 2
}
