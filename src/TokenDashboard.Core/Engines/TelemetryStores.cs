using System.Net;
using TokenDashboard.Engines.ClickHouse;
using TokenDashboard.Engines.ClickHouse.Queries;
using TokenDashboard.Engines.ClickHouse.Sync;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Pricing;
using TokenDashboard.Usage;

namespace TokenDashboard.Engines;

internal static class TelemetryStores
{
    /// <summary>Whether a reference is an address rather than a path.</summary>
    public static bool IsAddress(string reference) => reference.Contains("://", StringComparison.Ordinal) || ClickHouseAddress.Matches(reference);

    /// <summary>The path of a store that is a file.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.StoreEngineUnknown"/>: it is an address, but not of a file.</exception>
    public static string PathOf(string reference)
    {
        if (!IsAddress(reference))
            return reference;
        if (Uri.TryCreate(reference, UriKind.Absolute, out Uri? address) && address.IsFile)
            return address.LocalPath;
        // An address can contain a password.
        string scheme = reference[..reference.IndexOf(':', StringComparison.Ordinal)];
        string others = scheme == ClickHouseAddress.Scheme ? "" : " or, with commands that read requests, an address such as clickhouse://host:8123/database";
        throw new TokenDashboardException(
            ErrorCode.StoreEngineUnknown, $"This command does not support addresses that begin with '{scheme}:'. Use the path of a SQLite database file{others}.", target: scheme);
    }

    /// <summary>The path of a store that is a file, or the address of ClickHouse.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.StoreEngineUnknown"/>: the address is not of ClickHouse. <see cref="ErrorCode.StoreAddressInvalid"/>: the address is invalid.
    /// </exception>
    public static string PathOrAddressOf(string reference) => ClickHouseAddress.Matches(reference) ? ClickHouseAddress.Parse(reference).ToString() : PathOf(reference);

    /// <summary>The warning that the password for an address would be sent unencrypted to another computer; null if it is not.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.StoreAddressInvalid"/>: the address is invalid.</exception>
    public static string? PlainPasswordWarning(string reference, NetworkCredential? credential) =>
        ClickHouseAddress.Matches(reference) ? ClickHouseServer.PlainPasswordWarning(ClickHouseAddress.Parse(reference), credential) : null;

    /// <summary>
    /// The sources that several stores contain, each with these stores. A file also has the source that Sync-TokenStore gives to its
    /// requests by default.
    /// </summary>
    public static IEnumerable<IGrouping<string, string>> SharedSources(IReadOnlyList<ITelemetryStore> stores)
    {
        IReadOnlyList<(string Text, string Store)> sources = RecentNames.Sources(stores);
        HashSet<string> known = [.. sources.Select(source => source.Text)];
        IEnumerable<(string Text, string Store)> sent = stores.Where(store => store.Source is not null).Select(file => (TokenStoreSync.DefaultSourceOf(file.Name), file.Name));
        return sources.Concat(sent.Where(source => known.Contains(source.Text))).Distinct().GroupBy(source => source.Text, source => source.Store).Where(source => source.Count() > 1);
    }

    /// <summary>Opens a store by its full path or its address. Without a credential, the user of a server comes from the environment.</summary>
    public static ITelemetryStore Open(string reference, NetworkCredential? credential, CancellationToken cancellation) =>
        Open([reference], credential, null, cancellation)[0];

    /// <inheritdoc cref="Open(string, NetworkCredential, CancellationToken)"/>
    public static ITelemetryStore Open(string reference, CancellationToken cancellation) => Open(reference, null, cancellation);

    /// <summary>Opens stores as Open does, and closes them after the work.</summary>
    public static T Use<T>(
        IReadOnlyList<string> references, NetworkCredential? credential, Func<string, bool>? isChosen, Func<IReadOnlyList<ITelemetryStore>, T> work, CancellationToken cancellation,
        TimeSpan? patience = null)
    {
        IReadOnlyList<ITelemetryStore> stores = Open(references, credential, isChosen, cancellation, patience);
        try
        {
            return work(stores);
        }
        finally
        {
            stores.ToList().ForEach(store => store.Dispose());
        }
    }

    /// <summary>The state of the prices that a store contains for panels and alert rules; null in engines without such prices.</summary>
    public static string? StateOfPrices(ITelemetryStore store, PriceList prices) => (store as SqliteStore)?.StateOfPrices(prices);

    /// <summary>
    /// Opens stores by their full paths or addresses, each file with a distinct source. Duplicates are opened once. Files whose sources are
    /// not selected are not opened. The defaults are the user of the environment, all sources, and the default time to wait for the lock of a file.
    /// </summary>
    /// <exception cref="TokenDashboardException">
    /// One of the codes that begin with <c>Store</c>. <see cref="ErrorCode.StoreSourceNotFound"/>: no source is selected.
    /// </exception>
    public static IReadOnlyList<ITelemetryStore> Open(
        IReadOnlyList<string> references, NetworkCredential? credential, Func<string, bool>? isChosen, CancellationToken cancellation, TimeSpan? patience = null)
    {
        string[] stores = [.. references.Select(PathOrAddressOf).Distinct()];
        // On Windows and macOS, paths that differ only in case usually lead to the same file, which would be counted twice.
        if (stores.Distinct(StringComparer.OrdinalIgnoreCase).Count() < stores.Length)
            stores = [.. stores.Select(store => IsAddress(store) ? store : RegularFile.InStoredCase(store)).Distinct()];
        string[] files = [.. stores.Where(store => !IsAddress(store))];
        Dictionary<string, string> sources = files.Zip(SourcesOf(files)).ToDictionary(file => file.First, file => file.Second);
        var open = new List<ITelemetryStore>();
        var others = new List<string>();
        try
        {
            foreach (string store in stores)
            {
                if (!sources.TryGetValue(store, out string? source))
                {
                    var server = new ClickHouseStore(store, credential, isChosen, cancellation);
                    if (server.IsChosen)
                    {
                        open.Add(server);
                        continue;
                    }
                    using (server)
                        others.AddRange(server.ReadSources());
                }
                else if (isChosen?.Invoke(source) != false)
                {
                    open.Add(new SqliteStore(TokenStore.Open(store, cancellation, patience), source));
                }
                else
                {
                    others.Add(source);
                }
            }
            return open.Count > 0 ? open : throw new TokenDashboardException(
                ErrorCode.StoreSourceNotFound,
                $"No store matches -Source. The sources are: {(others.Count == 0 ? "none" : string.Join(", ", others))}.",
                target: others.FirstOrDefault() ?? stores[0]);
        }
        catch
        {
            open.ForEach(store => store.Dispose());
            throw;
        }
    }

    /// <summary>The shortest distinct ends of paths, usually the file names.</summary>
    internal static string[] SourcesOf(string[] paths)
    {
        string[][] parts = [.. paths.Select(path => path.Split('/', '\\'))];
        string End(int index, int length) => string.Join('/', parts[index].TakeLast(length));
        return [.. paths.Select((_, index) =>
        {
            int length = 1;
            while (length < parts[index].Length && Enumerable.Range(0, paths.Length).Any(other => other != index && End(other, length) == End(index, length)))
                length++;
            return End(index, length);
        })];
    }
}
