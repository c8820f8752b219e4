namespace TokenDashboard.Commands;

/// <summary>The base class of commands that process stores one after another.</summary>
public abstract class SingleStoreCmdlet : StoreCmdlet
{
    // Position 0 is for -Before and -Target. In the other commands, the stores are first.
    /// <summary>The stores' database files. Wildcards are permitted. The default is the default store.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Path", "FullName", "PSPath"), ValidateNotNullOrEmpty, SupportsWildcards, PipedTextTransformation(IsPath = true)]
    public override string[]? Database { get; set; }

    /// <summary>A store that cannot be read is one error record. The command continues with the next store, if there is any.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) => exception.Code == ErrorCode.StoreNotSpecified;

    private protected abstract void Process(string store);

    private protected sealed override void Process()
    {
        if (InputObject is not null || Database is null)
            Process(StoreReferences());
        else
            Array.ForEach(Database, text => Guard(() => Process(References(text))));
    }

    private void Process(IEnumerable<string> stores)
    {
        foreach (string store in stores)
            Guard(() => Process(store));
    }
}
