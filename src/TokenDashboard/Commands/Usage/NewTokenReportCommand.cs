using TokenDashboard.Reports;

namespace TokenDashboard.Commands;

/// <summary>Creates a report on the usage of a time range as one HTML file, or as Markdown.</summary>
[Cmdlet(VerbsCommon.New, "TokenReport", SupportsShouldProcess = true, HelpUri = TokenCmdlet.HelpFolder + "New-TokenReport.md")]
[OutputType(typeof(string), typeof(FileInfo))]
public sealed class NewTokenReportCommand : RangeCmdlet
{
    private bool _isWritten;

    /// <summary>The file to write. Without it, the report is returned as text.</summary>
    [Parameter(Position = 0), ValidateNotNullOrEmpty] public string? Path { get; set; }

    /// <summary>The format. The default depends on the file name: Markdown for .md, HTML for .html or no extension.</summary>
    [Parameter, ChoiceTransformation] public ReportFormat As { get; set; }

    /// <summary>The title of the report.</summary>
    [Parameter, ValidateNotNullOrEmpty] public string Title { get; set; } = "Token usage";

    /// <summary>Replaces a file that is not a report.</summary>
    [Parameter] public SwitchParameter Force { get; set; }

    /// <summary>Returns the file.</summary>
    [Parameter] public SwitchParameter PassThru { get; set; }

    // In this command, -Path is the report.
    /// <inheritdoc/>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("FullName", "PSPath"), ValidateNotNullOrEmpty, SupportsWildcards]
    public override string[]? Database { get; set; }

    private protected override void Query()
    {
        string? file = Path is null ? null : ResolvePath(Path);
        if (file is not null && Stores.Any(store => string.Equals(RegularFile.WithoutLinks(store.Name), RegularFile.WithoutLinks(file), RegularFile.PathComparison)))
            throw new TokenDashboardException(ErrorCode.ReportExists, $"'{file}' is the store that the report describes. Use another path.", target: Path);
        ReportFormat format = MyInvocation.BoundParameters.ContainsKey(nameof(As)) ? As : ReportFile.FormatOf(file);
        if (file is not null && !ShouldProcess(file, "Write a report on token usage"))
            return;
        if (_isWritten)
        {
            throw new TokenDashboardException(
                ErrorCode.ReportExists, $"'{file}' contains the report of an earlier input object. Run the command once for each file.", target: Path);
        }
        UsageReport report = new UsageReportQuery(Stores, Filter, TimeZone, Now) { Title = Title, Prices = Prices(), FirstDayOfWeek = FirstDayOfWeek }.Run();
        WarnAboutCost([report.Summary]);
        WarnAbout(report.Unreadable, isEmpty: report.Summary.Requests == 0);
        if (file is null)
        {
            WriteObject(report.ToText(format));
            return;
        }
        ReportFile.Write(file, report.ToText(format), Force);
        _isWritten = true;
        if (PassThru)
            WriteObject(new FileInfo(file));
    }
}
