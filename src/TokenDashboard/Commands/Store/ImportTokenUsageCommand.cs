using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using TokenDashboard.Engines;
using TokenDashboard.Formatting;
using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;
using TokenDashboard.Import;
using TokenDashboard.Parameters;
using TokenDashboard.Pricing;

namespace TokenDashboard.Commands;

/// <summary>Takes usage from logs, CSV files, OTLP files, transcripts and spend logs into a store; again and again without doubling anything.</summary>
[Cmdlet(VerbsData.Import, "TokenUsage", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Import-TokenUsage.md")]
[OutputType(typeof(ImportReport))]
public sealed class ImportTokenUsageCommand : TokenCmdlet
{
    private const string StandardInput = "-";

    // A bar that comes and goes within a second says nothing to anybody.
    private static readonly TimeSpan FirstProgress = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

    private TokenImporter? _importer;
    private PriceList? _prices;
    private bool _pricesAreRead;

    /// <summary>
    /// Files to import, and folders with all files in them; wildcards are allowed, and paths or files from the pipeline. A hyphen stands for
    /// standard input.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The format of the files; Auto tells it by the content of each.</summary>
    [Parameter]
    [ChoiceTransformation]
    public ImportFormat Format { get; set; } = ImportFormat.Auto;

    /// <summary>
    /// The store. Without it: the environment variable TOKENDASHBOARD_DATABASE, else logging.sqlite.database of the Observicia
    /// configuration file. It is made where it is missing.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Database { get; set; }

    /// <summary>
    /// Which column of a CSV file, or which member of JSON, is which: the key is a column of the store, the value one of the file, or a
    /// constant such as '=gpt-4'.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable? Map { get; set; }

    /// <summary>
    /// Counts spans even where spans below them carry their tokens. Without it, agents and the like, and calls that two programs traced,
    /// count once.
    /// </summary>
    [Parameter]
    public SwitchParameter KeepNested { get; set; }

    /// <summary>A file that cannot be read is one error among other results; a store that takes none of them ends the command.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) =>
        exception.Code == ErrorCode.ImportMapInvalid || !exception.Code.ToString().StartsWith("Import", StringComparison.Ordinal);

    /// <inheritdoc/>
    private protected override void Process()
    {
        foreach (string path in Path)
        {
            Guard(() =>
            {
                if (path != StandardInput && Directory.Exists(ResolvePath(path)))
                {
                    ImportFolder(ResolvePath(path));
                    return;
                }
                foreach (string file in path == StandardInput ? [path] : ResolveFiles(path, ErrorCode.ImportFileNotFound))
                {
                    Guard(() => ImportFile(file));
                }
            });
        }
    }

    private void ImportFile(string file)
    {
        if (Prepare(file) is { } importer)
        {
            using var progress = new ImportProgress(this, file);
            Write(importer.Import(file, progress.Show), progress);
        }
    }

    private void ImportFolder(string folder)
    {
        if (Prepare(folder) is not { } importer)
        {
            return;
        }
        using var progress = new ImportProgress(this, folder);
        ImportReport report = importer.ImportFolder(folder, file => progress.Of(file).Show);
        ImportReport[] failed = [.. report.Files.Where(file => file.ProblemCode is not null)];
        if (failed.Length > 0 && report.ProblemCode is null)
        {
            string kinds = string.Join(", ", failed.GroupBy(file => file.ProblemCode).Select(kind => $"{kind.Key} {kind.Count():N0}"));
            WriteWarning($"Files in '{folder}' without requests: {failed.Length:N0} of {report.Files.Count:N0} ({kinds}). Their reports in Files say why (Problem).");
        }
        Write(report, progress);
    }

    /// <summary>The importer, or null where the user does not want it.</summary>
    private TokenImporter? Prepare(string path)
    {
        string database = Database is null ? StoreLocator.FindDefault(SessionState.Path.CurrentFileSystemLocation.ProviderPath) : ResolvePath(Database);
        string action = $"Import the token usage of '{path}'";
        bool write = ShouldProcess($"{action} into '{database}'.", $"{action} into '{database}'?", "Import-TokenUsage", out ShouldProcessReason reason);
        if (!write && reason != ShouldProcessReason.WhatIf)
        {
            return null;
        }
        if (_importer is null || _importer.WhatIf == write)
        {
            _importer?.Dispose();
            _importer = new TokenImporter(database, Format, Map is null ? null : new ColumnMap(Map), whatIf: !write, Cancellation, KeepNested, ProviderOf);
        }
        return _importer;
    }

    private void Write(ImportReport report, ImportProgress progress)
    {
        progress.Dispose();
        WriteVerbose($"'{report.Path}': {report.Format}, longest lock {report.LongestLock.TotalMilliseconds:0} ms.");
        if (report.ProblemCode is { } code)
        {
            throw new TokenDashboardException(code, report.Problem!, target: report.Path);
        }
        if (report.Unreadable > 0)
        {
            WriteWarning($"Lines of '{report.Path}' that could not be read and are left out: {report.Unreadable:N0}. UnreadableLines of the report says why; the first: {report.UnreadableLines[0]}.");
        }
        foreach (string note in report.Notes)
        {
            WriteVerbose($"'{report.Path}': {note}");
        }
        WriteObject(report);
    }

    // The provider that the name of a model tells, where a file names none. Without a price list it stays unknown, which is told once.
    private string? ProviderOf(string model)
    {
        if (!_pricesAreRead)
        {
            _pricesAreRead = true;
            _prices = LoadPrices();
        }
        return _prices?.ProviderOf(model);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _importer?.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>The progress bar of one file.</summary>
    private sealed class ImportProgress(Cmdlet cmdlet, string file) : IDisposable
    {
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private string _file = file;
        private long _length = LengthOf(file);
        private TimeSpan _next = FirstProgress;
        private bool _shown;

        // Of standard input and of pipes nothing is known, nor of a file that is gone since it was found.
        private static long LengthOf(string file) => file != StandardInput && new FileInfo(file) is { Exists: true } info ? info.Length : 0;

        /// <summary>The same bar for the next file.</summary>
        public ImportProgress Of(string next)
        {
            (_file, _length) = (next, LengthOf(next));
            return this;
        }

        public void Show(long bytesRead)
        {
            TimeSpan elapsed = _watch.Elapsed;
            if (elapsed < _next)
            {
                return;
            }
            _next = elapsed + ProgressInterval;
            _shown = true;
            double rate = bytesRead / elapsed.TotalSeconds;
            // A file may grow while it is read.
            bool known = _length >= bytesRead && _length > 0;
            cmdlet.WriteProgress(new ProgressRecord(0, $"Importing {Display.Text(_file)}", $"{Display.Size(bytesRead)}, {Display.Size((long)rate)}/s")
            {
                PercentComplete = known ? (int)(100 * bytesRead / _length) : -1,
                SecondsRemaining = known && rate > 0 ? (int)Math.Min(int.MaxValue, (_length - bytesRead) / rate) : -1,
            });
        }

        public void Dispose()
        {
            if (_shown)
            {
                _shown = false;
                cmdlet.WriteProgress(new ProgressRecord(0, $"Importing {Display.Text(_file)}", "Done") { RecordType = ProgressRecordType.Completed });
            }
        }
    }
}
