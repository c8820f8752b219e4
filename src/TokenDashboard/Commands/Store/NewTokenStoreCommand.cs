using TokenDashboard.Engines.Sqlite;

namespace TokenDashboard.Commands;

/// <summary>Creates an empty store with Observicia's schema, or one with realistic sample data.</summary>
[Cmdlet(VerbsCommon.New, "TokenStore", DefaultParameterSetName = "Empty", SupportsShouldProcess = true, HelpUri = TokenCmdlet.HelpFolder + "New-TokenStore.md")]
[OutputType(typeof(TokenStoreInfo))]
public sealed class NewTokenStoreCommand : TokenCmdlet
{
    /// <summary>The database file to create. It must not exist. A missing folder is created.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true), Alias("Database"), ValidateNotNullOrEmpty, PipedTextTransformation(IsPath = true)]
    public string Path { get; set; } = "";

    /// <summary>Adds sample requests like those of a company. The other sample parameters imply it.</summary>
    [Parameter(ParameterSetName = "Sample")] public SwitchParameter Sample { get; set; }

    /// <summary>The number of days that the sample covers, 1 to 3650.</summary>
    [Parameter(ParameterSetName = "Sample"), ValidateRange(1, 3650)] public int Days { get; set; } = 30;

    /// <summary>Requests of an average working day, 1 to 1,000,000.</summary>
    [Parameter(ParameterSetName = "Sample"), ValidateRange(1, 1_000_000)]
    public int RequestsPerDay { get; set; } = 800;

    /// <summary>The seed of the sample. The same seed, days and end produce the same requests.</summary>
    [Parameter(ParameterSetName = "Sample")] public int Seed { get; set; } = 1;

    /// <summary>The end of the sample. The default is now.</summary>
    [Parameter(ParameterSetName = "Sample"), TimeExpressionTransformation, ArgumentCompleter(typeof(TimeExpressionCompleter))]
    public TimeExpression? Until { get; set; }

    /// <summary>A store that cannot be created is one error record. The command continues with the next store.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) => !MyInvocation.ExpectingInput;

    private protected override void Process()
    {
        string path = TelemetryStores.PathOf(ResolveStore(Path));
        bool sample = ParameterSetName == "Sample" && (Sample || !MyInvocation.BoundParameters.ContainsKey(nameof(Sample)));
        string action = sample ? $"Create a store with {Days} days of sample requests" : "Create an empty store";
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
