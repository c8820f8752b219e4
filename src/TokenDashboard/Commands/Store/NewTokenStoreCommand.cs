using System.Management.Automation;
using TokenDashboard.Completion;
using TokenDashboard.Engines;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Parameters;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Commands;

/// <summary>Makes an empty store with Observicia's schema, or one with believable sample data.</summary>
[Cmdlet(VerbsCommon.New, "TokenStore", DefaultParameterSetName = "Empty", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "New-TokenStore.md")]
[OutputType(typeof(TokenStoreInfo))]
public sealed class NewTokenStoreCommand : TokenCmdlet
{
    /// <summary>The database file to make. It must not exist; its folder is made where it is missing.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Database")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Fills the store with requests that look like those of a company at work. The parameters of the sample imply it.</summary>
    [Parameter(ParameterSetName = "Sample")]
    public SwitchParameter Sample { get; set; }

    /// <summary>How many days the sample covers, 1 to 3650.</summary>
    [Parameter(ParameterSetName = "Sample")]
    [ValidateRange(1, 3650)]
    public int Days { get; set; } = 30;

    /// <summary>Requests of an average working day, 1 to 1,000,000.</summary>
    [Parameter(ParameterSetName = "Sample")]
    [ValidateRange(1, 1_000_000)]
    public int RequestsPerDay { get; set; } = 800;

    /// <summary>Chooses the sample: the same seed, days and end give the same requests.</summary>
    [Parameter(ParameterSetName = "Sample")]
    public int Seed { get; set; } = 1;

    /// <summary>The end of the sample; without it, now.</summary>
    [Parameter(ParameterSetName = "Sample")]
    [TimeExpressionTransformation]
    [ArgumentCompleter(typeof(TimeExpressionCompleter))]
    public TimeExpression? Until { get; set; }

    /// <summary>A store that cannot be made is one error; others in the pipeline may still be.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) => !MyInvocation.ExpectingInput;

    /// <inheritdoc/>
    private protected override void Process()
    {
        string path = ResolvePath(Path);
        bool sample = ParameterSetName == "Sample" && (Sample || !MyInvocation.BoundParameters.ContainsKey(nameof(Sample)));
        string action = sample ? $"Make a store with {Days} days of sample requests" : "Make an empty store";
        if (!ShouldProcess(path, action))
            return;
        DateTimeOffset now = DateTimeOffset.UtcNow;
        DateTimeOffset until = Until?.ToInstant(now, TimeZoneInfo.Local) ?? now;
        IEnumerable<TokenRequest> requests = sample ? new SampleRequests(Seed).Make(until, Days, RequestsPerDay) : [];
        StoreWriter.Create(path, requests, Cancellation);
        using ITelemetryStore store = TelemetryStores.Open(path, Cancellation);
        WriteObject(TokenStoreInfo.Read(store, prices: "none"));
    }
}
