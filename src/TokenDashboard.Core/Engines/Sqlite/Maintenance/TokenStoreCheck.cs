using Microsoft.Data.Sqlite;
using SQLitePCL;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Rollups;

namespace TokenDashboard;

/// <summary>The result of a check.</summary>
public enum CheckResult : long
{
    /// <summary>The check passed.</summary>
    Passed,

    /// <summary>The check failed.</summary>
    Failed,

    /// <summary>The check was skipped. The message contains the reason.</summary>
    Skipped,
}

/// <summary>A check of a store and its result.</summary>
/// <param name="Database">Full path of the database file.</param>
/// <param name="Check">The name: Schema, Integrity, Values, Rollups, or Rollup for a sum that differs.</param>
/// <param name="Result">The result.</param>
/// <param name="Message">The finding and the advice.</param>
/// <param name="Start">For a sum that differs, the start of its bucket; otherwise null.</param>
public sealed record TokenStoreCheck(string Database, string Check, CheckResult Result, string Message, DateTimeOffset? Start = null)
{
    private const string WhatToDo = "Restore a backup, or recover with the sqlite3 shell's .recover.";

    /// <summary>The maximum number of listed differences. Others are only counted.</summary>
    internal const int MaxListed = 100;

    // The time for which SQLite's check, a single read, may block the application outside WAL mode.
    private static readonly TimeSpan LongestLock = TimeSpan.FromMilliseconds(200);

    /// <summary>The result, the check and the message.</summary>
    public override string ToString() => $"{Result} {Check}: {Message}";

    /// <summary>
    /// Opens and checks a store. The file check may block the application only if it is to wait. Progress receives the number of requests
    /// that were read or compared with the rollups, and of all requests.
    /// </summary>
    /// <exception cref="TokenDashboardException">
    /// One of the codes that begin with <c>Store</c>: the file is not a store. A store that is too damaged to be opened is a failed check.
    /// </exception>
    internal static IEnumerable<TokenStoreCheck> Run(string path, bool wait, Action<long, long>? progress, CancellationToken cancellation)
    {
        path = Path.GetFullPath(path);
        TokenStoreCheck Check(string name, (CheckResult Result, string Message) found) => new(path, name, found.Result, found.Message);
        using TokenStore? store = TryOpen(path, cancellation, out string damage);
        if (store is null)
        {
            yield return Check("Integrity", (CheckResult.Failed, $"The file cannot be opened: {damage} {WhatToDo}"));
            yield break;
        }
        yield return Check("Schema", (CheckResult.Passed, "The table telemetry has all columns of Observicia."));
        (CheckResult Result, string Message) integrity = Guard("The file", () => Integrity(store, wait, progress));
        yield return Check("Integrity", integrity);
        var differences = new List<RollupDifference>();
        // Unreadable requests could not be compared.
        yield return Check("Rollups", integrity.Result == CheckResult.Failed ? (CheckResult.Skipped, "The rollups were not compared, because the file is damaged.")
            : Guard("The rollups", () => Rollups(store, differences, progress)));
        foreach (RollupDifference difference in differences)
            yield return Check("Rollup", (CheckResult.Failed, Describe(difference))) with { Start = new DateTimeOffset(Math.Max(0, RollupLevels.TicksOf(difference.Key.Start)), TimeSpan.Zero) };
    }

    private static TokenStore? TryOpen(string path, CancellationToken cancellation, out string damage)
    {
        damage = "";
        try
        {
            return TokenStore.Open(path, cancellation);
        }
        catch (TokenDashboardException exception) when (exception.InnerException is SqliteException { SqliteErrorCode: raw.SQLITE_CORRUPT })
        {
            damage = exception.InnerException.Message;
            return null;
        }
    }

    // Damage ends the check, not the command.
    private static (CheckResult Result, string Message) Guard(string what, Func<(CheckResult Result, string Message)> check)
    {
        try
        {
            return check();
        }
        catch (TokenDashboardException exception) when (exception.Code == ErrorCode.StoreNotDatabase)
        {
            return (CheckResult.Failed, $"{what} cannot be read: {exception.InnerException?.Message} {WhatToDo}");
        }
    }

    private static (CheckResult Result, string Message) Integrity(TokenStore store, bool wait, Action<long, long>? progress)
    {
        bool bounded = !wait && store.Scalar<string>("PRAGMA journal_mode") != "wal";
        using var timer = new CancellationTokenSource();
        using CancellationTokenRegistration stop = timer.Token.Register(() => raw.sqlite3_interrupt(store.Handle));
        if (bounded)
            timer.CancelAfter(LongestLock);
        try
        {
            using SqliteCommand command = store.CreateCommand("PRAGMA integrity_check(20)");
            // An error can have a heading above it. All is shown in one line.
            List<string> faults = store.ReadLong(() => store.Rows(command, row => row.GetString(0).ReplaceLineEndings(" ")));
            return faults is ["ok"] ? (CheckResult.Passed, "SQLite's integrity check passed.")
                : (CheckResult.Failed, $"SQLite's integrity check failed: {string.Join("; ", faults)}. {WhatToDo}");
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !store.Cancellation.IsCancellationRequested)
        {
            return ReadEverything(store, progress);
        }
    }

    // This finds less than SQLite's check, but it uses many short reads and finds unreadable rows.
    private static (CheckResult Result, string Message) ReadEverything(TokenStore store, Action<long, long>? progress)
    {
        long rows = 0;
        (long first, long last) = store.Rows();
        try
        {
            using var scanner = new RowScanner(store, new RequestFilter(), RequestText.All);
            while (scanner.ReadWindow(_ => rows++))
                progress?.Invoke(rows, last - first + 1);
        }
        catch (TokenDashboardException exception) when (exception.Code == ErrorCode.StoreNotDatabase)
        {
            return (CheckResult.Failed, $"After {Count(rows)} rows, the table cannot be read: {exception.InnerException?.Message} {WhatToDo}");
        }
        return (CheckResult.Passed, $"All {Count(rows)} rows can be read. SQLite's integrity check was skipped, because it blocks the application outside WAL mode. "
            + "Check a copy, or use -Wait while the application does not write.");
    }

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    // Adds the first differences to a list, if there is a comparison.
    private static (CheckResult Result, string Message) Rollups(TokenStore store, List<RollupDifference> listed, Action<long, long>? progress)
    {
        switch (RollupState.Read(store))
        {
            case null:
                return (CheckResult.Skipped, "The store has no rollups. To create them, run Optimize-TokenStore.");
            case { IsClearing: true }:
                return (CheckResult.Skipped, "The rollups are being rebuilt, or a rebuild was interrupted. To continue it, run Optimize-TokenStore.");
            case { IsForeign: true }:
                return (CheckResult.Failed,
                    "Another version of this module created the rollups. They are not used. To rebuild them, run Optimize-TokenStore, which refuses if removed requests would be lost.");
            case { IsUsable: false }:
                return (CheckResult.Failed, "Another program removed requests, so the rollups are not used. To rebuild them, run Optimize-TokenStore.");
        }
        var verifier = new RollupVerifier(store);
        var differences = new List<RollupDifference>();
        long count = 0;
        foreach (RollupDifference difference in verifier.Run(progress))
        {
            if (count++ < MaxListed)
                differences.Add(difference);
        }
        if (count == 0 && verifier.UnknownRows == 0)
            return (CheckResult.Passed, $"The rollups of {Count(verifier.Days)} {(verifier.Days == 1 ? "day" : "days")} match the requests.");
        if (verifier.Disturbed)
            return (CheckResult.Skipped, "The rollups were refreshed during the comparison. Run the command again.");
        listed.AddRange(differences);
        // Removed and changed requests are in the wrong rows. Others are counted.
        string others = verifier.UnknownRows == 0 ? "" : $", and {Count(Math.Abs(verifier.UnknownRows))} other requests were added or removed";
        return (CheckResult.Failed, $"{Count(count)} {(count == 1 ? "rollup row is" : "rollup rows are")} wrong{others}. To repair them, run Optimize-TokenStore -Verify.");
    }

    private static string Describe(RollupDifference difference)
    {
        RollupGroup group = difference.Key.Group;
        string names = string.Join(", ", new[] { group.AllUsers ? "all users" : group.User, group.Model, group.Provider, group.RequestType }.Where(name => name.Length > 0));
        static string Sums(UsageAccumulator? usage) => usage is null ? "nothing" : string.Join(", ", new[] { Measures.Requests, Measures.TotalTokens, Measures.DurationMs }
            .Select(measure => string.Create(CultureInfo.InvariantCulture, $"{measure.Title.ToLowerInvariant()} {(measure.IsReal ? usage.Values.Real(measure) : usage.Values[measure]):N0}")));
        string bucket = difference.Key.Level.Seconds() switch
        {
            RollupLevels.QuarterSeconds => "Quarter-hour",
            RollupLevels.HourSeconds => "Hour",
            RollupLevels.SixHourSeconds => "Six hours",
            RollupLevels.DaySeconds => "Day",
            _ => "Seven days",
        };
        return $"{bucket} of {names}: the requests have {Sums(difference.Expected)}; the rollups have {Sums(difference.Found)}.";
    }
}
