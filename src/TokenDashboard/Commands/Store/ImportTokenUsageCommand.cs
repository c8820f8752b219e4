using TokenDashboard.Import.Reading;
using TokenDashboard.Import;

namespace TokenDashboard.Commands;

/// <summary>Imports usage from logs, CSV files, OTLP files, transcripts and spend logs into a store, without duplicates.</summary>
[Cmdlet(VerbsData.Import, "TokenUsage", SupportsShouldProcess = true, HelpUri = TokenCmdlet.HelpFolder + "Import-TokenUsage.md")]
[OutputType(typeof(ImportReport))]
public sealed class ImportTokenUsageCommand : TokenCmdlet
{
    private const string StandardInput = "-";

    private TokenImporter? _importer;
    private Lazy<PriceList?>? _prices;

    /// <summary>
    /// Files to import, and folders, whose files are all imported. Wildcards are permitted. The pipeline accepts paths and files. A hyphen
    /// means standard input.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath"), ValidateNotNullOrEmpty, SupportsWildcards, PipedTextTransformation(IsPath = true)]
    public string[] Path { get; set; } = [];

    /// <summary>The format of the files. Auto detects the format of each file.</summary>
    [Parameter, ChoiceTransformation] public ImportFormat Format { get; set; } = ImportFormat.Auto;

    /// <summary>
    /// The store. The default is the environment variable TOKENDASHBOARD_DATABASE, then logging.sqlite.database of the Observicia
    /// configuration file. The store is created if it does not exist.
    /// </summary>
    [Parameter, ValidateNotNullOrEmpty] public string? Database { get; set; }

    /// <summary>
    /// Maps columns of the store to columns of a CSV file or members of JSON objects. A key is a column of the store. A value is a column
    /// or member of the file, or a constant such as '=gpt-4'.
    /// </summary>
    [Parameter, ValidateNotNull] public Hashtable? Map { get; set; }

    /// <summary>The time zone of times that have none: an IANA or Windows name, UTC or Local. The default is UTC.</summary>
    [Parameter, TimeZoneTransformation, ArgumentCompleter(typeof(TimeZoneCompleter))]
    public TimeZoneInfo TimeZone { get; set; } = TimeZoneInfo.Utc;

    /// <summary>
    /// Counts spans even if spans below them contain their tokens. Without it, spans of agents and similar spans, and calls that two
    /// programs traced, count once.
    /// </summary>
    [Parameter] public SwitchParameter KeepNested { get; set; }

    /// <summary>A file that cannot be read is one error record. A store that cannot be written ends the command.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) =>
        exception.Code == ErrorCode.ImportMapInvalid || !exception.IsAbout("Import");

    private protected override void Process()
    {
        foreach (string path in Path)
            Guard(() => Import(path));
    }

    private void Import(string path)
    {
        if (path == StandardInput)
            ImportFile(path);
        else if (ResolvePath(path, ErrorCode.ImportFileNotFound) is var resolved && Directory.Exists(resolved))
            ImportFolder(resolved);
        else
            EachFile([path], ErrorCode.ImportFileNotFound, ImportFile);
    }

    private void ImportFile(string file)
    {
        if (Prepare(file) is { } importer)
        {
            using var progress = new WorkProgress(this, "");
            Write(importer.Import(file, Shown(progress, file)), progress);
        }
    }

    private void ImportFolder(string folder)
    {
        if (Prepare(folder) is not { } importer)
            return;
        using var progress = new WorkProgress(this, "");
        ImportReport report = importer.ImportFolder(folder, file => Shown(progress, file));
        ImportReport[] failed = [.. report.Files.Where(file => file.ProblemCode is not null)];
        if (failed.Length > 0 && report.ProblemCode is null)
        {
            string kinds = string.Join(", ", failed.GroupBy(file => file.ProblemCode).Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Key} {kind.Count():N0}")));
            // Unlike other files of a folder, an unsupported file may contain requests, as Codex's compressed sessions do.
            string first = Array.Find(failed, file => file.ProblemCode == ErrorCode.ImportFormatUnsupported) is { } unsupported ? $" The first unsupported file: {unsupported.Problem}" : "";
            WriteWarning(string.Create(
                CultureInfo.InvariantCulture,
                $"Files in '{folder}' without requests: {failed.Length:N0} of {report.Files.Count:N0} ({kinds}). The property Problem of their reports in Files contains the reason.{first}"));
        }
        Write(report, progress);
    }

    /// <summary>The importer; null if the user declines.</summary>
    private TokenImporter? Prepare(string path)
    {
        string database = TelemetryStores.PathOf(Database is null ? FindStore() : ResolveStore(Database));
        string action = $"Import the token usage of '{path}'";
        bool write = ShouldProcess($"{action} into '{database}'.", $"{action} into '{database}'?", "Import-TokenUsage", out ShouldProcessReason reason);
        if (!write && reason != ShouldProcessReason.WhatIf)
            return null;
        return _importer ??= Keep(new TokenImporter(database, Format, Map is null ? null : new ColumnMap(Map), whatIf: !write, Cancellation)
        {
            KeepNested = KeepNested,
            TimeZone = TimeZone,
            // If a file names no provider, the provider follows from the model name. Without a price list it stays unknown, which is reported once.
            ProviderOf = model => (_prices ??= new Lazy<PriceList?>(LoadPrices)).Value?.ProviderOf(model),
        });
    }

    private void Write(ImportReport report, WorkProgress progress)
    {
        progress.Dispose();
        WriteVerbose($"'{report.Path}': {report.Format}, longest lock {report.LongestLock.TotalMilliseconds:0} ms.");
        if (report.ProblemCode is { } code)
            throw new TokenDashboardException(code, report.Problem!, target: report.Path);
        if (report.Unreadable > 0)
            WriteWarning(string.Create(
                CultureInfo.InvariantCulture,
                $"Unreadable lines of '{report.Path}' that were skipped: {report.Unreadable:N0}. The first: {report.UnreadableLines[0]}. UnreadableLines of the report contains the reasons."));
        if (report.UnknownValues.Count > 0)
            WriteWarning($"Invalid values of '{report.Path}' that are stored as unknown: {report.UnknownValues}. Their requests are imported. UnknownValues of the report contains the counts.");
        if (report.BeforeRemoval > 0)
            WriteWarning(string.Create(
                CultureInfo.InvariantCulture,
                $"Requests of '{report.Path}' that were skipped because Remove-TokenUsage may have removed them from the store: {report.BeforeRemoval:N0}. Notes of the report explains what to do."));
        if (report.WithoutTokens == report.Read)
            WriteWarning(string.Create(CultureInfo.InvariantCulture, $"All requests of '{report.Path}' have 0 tokens ({report.Read:N0}): the file does not contain token counts."));
        foreach (string note in report.Notes)
            WriteVerbose($"'{report.Path}': {note}");
        WriteObject(report);
    }

    /// <summary>Shows how much of a file has been read.</summary>
    private static Action<long> Shown(WorkProgress progress, string file)
    {
        progress.Activity = $"Importing {Display.Text(file)}";
        // Standard input and pipes have no known length. Neither does a file that was deleted after it was found.
        long length = file != StandardInput && new FileInfo(file) is { Exists: true } info ? info.Length : 0;
        // A file can grow while it is read.
        return read => progress.Show(
            length >= read && length > 0 ? (double)read / length : null,
            elapsed => $"{Display.Size(read)}, {Display.Size((long)(read / elapsed.TotalSeconds))}/s");
    }
}
