using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Engines.Sqlite.Rollups;

namespace TokenDashboard.Commands;

/// <summary>Removes old requests from stores and keeps their rollups.</summary>
[Cmdlet(VerbsCommon.Remove, "TokenUsage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, HelpUri = TokenCmdlet.HelpFolder + "Remove-TokenUsage.md")]
[OutputType(typeof(TokenUsageRemoval))]
public sealed class RemoveTokenUsageCommand : SingleStoreCmdlet
{
    /// <summary>
    /// Requests before this time are removed: an ISO time, a length of time ago (90d) or a word ('this month'). The time is rounded down to
    /// a quarter-hour.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0), TimeExpressionTransformation, ArgumentCompleter(typeof(TimeExpressionCompleter))]
    public TimeExpression? Before { get; set; }

    /// <summary>The time zone of words such as 'this month', and of times without a zone. The default is the local time zone.</summary>
    [Parameter, TimeZoneTransformation, ArgumentCompleter(typeof(TimeZoneCompleter))]
    public TimeZoneInfo TimeZone { get; set; } = TimeZoneInfo.Local;

    // Read once for all stores.
    private readonly Lazy<PriceList?> _prices;

    /// <summary>Creates the command.</summary>
    public RemoveTokenUsageCommand() => _prices = new Lazy<PriceList?>(LoadPrices);

    private protected override void Process(string store)
    {
        string path = TelemetryStores.PathOf(store);
        DateTimeOffset before = RollupLevels.QuarterOf(TimeExpression.Range(null, Before, null, DateTimeOffset.UtcNow, TimeZone).Until!.Value);
        long count;
        using (ITelemetryStore open = TelemetryStores.Open(path, Cancellation))
        {
            count = new RequestQuery([open], new RequestFilter { Range = new TimeRange(null, before) }).Count();
            if (count > 0 && _prices.Value is { } prices && UnpricedUsage.ModelsThatNeedRequests(open, before, prices) is { Count: > 0 } models)
                WriteWarning(
                    $"The prices of these models change at times or numbers of prompt tokens that rollups do not distinguish: {string.Join(", ", models)}. "
                        + $"Without the requests of '{path}' before {before.UtcDateTime:yyyy-MM-dd HH:mm} UTC, their cost is no longer exact, and some of their tokens have no cost. "
                        + "To keep the exact cost, first export it with Get-TokenUsage Day, Model.");
        }
        string what = string.Create(CultureInfo.InvariantCulture, $"{count:N0} requests before {before.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        if (!ShouldProcess($"Remove {what} from '{path}'. Their rollups are kept.", $"Remove {what} from '{path}'? Their rollups are kept.", "Remove-TokenUsage"))
            return;
        using var progress = new WorkProgress(this, $"Removing requests from {path}");
        using var optimizer = new StoreOptimizer(path, Cancellation);
        long removed = optimizer.Remove(before, done => progress.Show(done, count, "requests"), (done, all) => progress.Show(done, all, "requests added to the rollups"));
        progress.Dispose();
        WriteVerbose($"'{path}': longest lock {optimizer.LongestLock.TotalMilliseconds:0} ms.");
        WriteObject(new TokenUsageRemoval(path, before, removed));
    }
}
