using Microsoft.Data.Sqlite;
using SQLitePCL;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>Restricts a connection to <see cref="QueryLimits"/> and to statements that read, and reports statements that the plugin would run or reject.</summary>
internal sealed class QueryGuard : IDisposable
{
    // The number of SQLite's steps between two checks of the clock: a few microseconds.
    private const int StepsPerLook = 1000;

    private static readonly TimeSpan MemoryLook = TimeSpan.FromMilliseconds(5);

    /// <summary>PRAGMAs that only read if they have no value.</summary>
    private static readonly HashSet<string> HarmlessPragmas = new(StringComparer.OrdinalIgnoreCase)
    {
        "application_id", "collation_list", "compile_options", "data_version", "database_list", "encoding", "freelist_count", "function_list",
        "journal_mode", "module_list", "page_count", "page_size", "pragma_list", "schema_version", "user_version",
    };

    /// <summary>PRAGMAs that only read. Their value in parentheses is the name of a table or index.</summary>
    private static readonly HashSet<string> PragmasOfNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "foreign_key_list", "index_info", "index_list", "index_xinfo", "table_info", "table_list", "table_xinfo",
    };

    private readonly QueryLimits _limits;
    private readonly long _begun = Stopwatch.GetTimestamp();
    private readonly long _memory = Environment.WorkingSet;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenRegistration _interrupt;
    private long _looked;
    private string? _stopped;
    private PluginException? _refused;

    internal QueryGuard(sqlite3 database, QueryLimits limits)
    {
        _limits = limits;
        // Temporary results stay in memory, which is limited, so no query can fill a disk.
        raw.sqlite3_exec(database, "PRAGMA temp_store = MEMORY");
        (int Limit, int Value)[] most =
        [
            (raw.SQLITE_LIMIT_LENGTH, limits.ValueLength), (raw.SQLITE_LIMIT_SQL_LENGTH, 8 * SqlText.MaxLength), (raw.SQLITE_LIMIT_COLUMN, 1000),
            (raw.SQLITE_LIMIT_VDBE_OP, 1_000_000), (raw.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000), (raw.SQLITE_LIMIT_ATTACHED, 0),
            (raw.SQLITE_LIMIT_WORKER_THREADS, 0),
        ];
        foreach ((int limit, int value) in most)
            _ = raw.sqlite3_limit(database, limit, value);
        raw.sqlite3_db_config(database, raw.SQLITE_DBCONFIG_DEFENSIVE, 1, out _);
        raw.sqlite3_db_config(database, raw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, out _);
        raw.sqlite3_progress_handler(database, StepsPerLook, _ => Look() ? 1 : 0, null);
        raw.sqlite3_set_authorizer(database, (_, action, first, second, schema, _) => Authorize(action, first, second, schema), null);
        // Only an interrupt ends a step that reads a whole table.
        _deadline = new CancellationTokenSource(limits.Time);
        _interrupt = _deadline.Token.Register(() => raw.sqlite3_interrupt(database));
    }

    /// <summary>The dashboard's error for an error of SQLite; null if the database is the cause.</summary>
    internal PluginException? Explain(SqliteException exception) => _refused ?? exception.SqliteErrorCode switch
    {
        // If SQLite is stopped while it parses a statement, it reports the rest of the statement.
        raw.SQLITE_INTERRUPT or raw.SQLITE_ERROR when _stopped is not null || _deadline.IsCancellationRequested => Stopped(_stopped ?? TooLong),
        raw.SQLITE_TOOBIG => Stopped(string.Create(CultureInfo.InvariantCulture, $"has a text, BLOB or row of more than {_limits.ValueLength} bytes")),
        raw.SQLITE_NOMEM => Stopped(TooMuchMemory),
        // SQL with invalid syntax or names, or a function call with an invalid value.
        raw.SQLITE_ERROR or raw.SQLITE_MISMATCH or raw.SQLITE_AUTH or raw.SQLITE_RANGE or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISUSE
            or raw.SQLITE_READONLY => new PluginException(Message(exception)),
        _ => null,
    };

    /// <summary>A query that was stopped here, but that the plugin would not stop.</summary>
    internal static PluginException Stopped(string problem) => new($"The query {problem}", DashboardRules.QueryStopped);

    public void Dispose()
    {
        _interrupt.Dispose();
        _deadline.Dispose();
    }

    private string TooLong => string.Create(CultureInfo.InvariantCulture, $"ran for more than {_limits.Time.TotalSeconds} seconds");
    private string TooMuchMemory => string.Create(CultureInfo.InvariantCulture, $"needs more than {_limits.Memory >> 20} MiB of memory");

    private bool Look()
    {
        if (_stopped is null)
        {
            long now = Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(_begun, now) > _limits.Time)
            {
                _stopped = TooLong;
            }
            else if (Stopwatch.GetElapsedTime(_looked, now) > MemoryLook)
            {
                _looked = now;
                _stopped = Environment.WorkingSet - _memory > _limits.Memory ? TooMuchMemory : null;
            }
        }
        return _stopped is not null;
    }

    // https://sqlite.org/c3ref/c_alter_table.html
    private int Authorize(int action, string? first, string? second, string? schema)
    {
        PluginException? refused = action switch
        {
            raw.SQLITE_SELECT or raw.SQLITE_READ or raw.SQLITE_FUNCTION or raw.SQLITE_RECURSIVE => null,
            // SQLite itself rejects these, as it does for the plugin.
            raw.SQLITE_ATTACH or raw.SQLITE_DETACH => null,
            raw.SQLITE_PRAGMA when first is not null && (PragmasOfNames.Contains(first) || (second is null && HarmlessPragmas.Contains(first))) => null,
            raw.SQLITE_PRAGMA => NotRun($"PRAGMA {first}"),
            raw.SQLITE_TRANSACTION or raw.SQLITE_SAVEPOINT => NotRun($"a {first} of a transaction or savepoint"),
            _ when schema == "temp" => NotRun("a temporary table, view, index or trigger"),
            _ => _refused ?? new PluginException("attempt to write a readonly database"),
        };
        _refused = refused ?? _refused;
        return refused is null ? raw.SQLITE_OK : raw.SQLITE_DENY;
    }

    private static PluginException NotRun(string what) => new($"The query contains {what}, which is not run here", DashboardRules.QueryNotRun);

    // The library's message is "SQLite Error 1: 'no such column: x'."
    private static string Message(SqliteException exception)
    {
        string[] parts = exception.Message.Split('\'', 2);
        return parts.Length == 2 ? parts[1].TrimEnd('.').TrimEnd('\'') : exception.Message;
    }
}

/// <summary>
/// The limits of a dashboard's query, whose SQL is untrusted: its time, the growth of this process in bytes, and the longest text, BLOB or row in
/// bytes. A function that compares two texts letter by letter cannot be stopped, and its time is proportional to the square of their length.
/// </summary>
internal sealed record QueryLimits(TimeSpan Time, long Memory, int ValueLength)
{
    /// <summary>The maximum number of rows that are read. Browsers cannot draw more, and all are in memory.</summary>
    internal const int MaxRows = 200_000;
    /// <summary>The maximum size of a result in bytes: texts as in memory, and 32 for each value.</summary>
    internal const long MaxResultBytes = 256L << 20;
    /// <summary>The maximum number of values of a result after filling gaps, and in all series together.</summary>
    internal const int MaxPoints = 2_000_000;
    internal const int MaxCopies = 20_000;
    /// <summary>The time limit of all queries of a dashboard, as a multiple of the limit of one query.</summary>
    internal const int QueriesOfDashboard = 10;

    /// <summary>The limits while the application that writes the database waits.</summary>
    internal static QueryLimits WhileWriterWaits { get; } = new(TimeSpan.FromMilliseconds(100), 64L << 20, 64 << 10);

    internal static QueryLimits Of(TimeSpan time) => new(time, 1L << 30, 1 << 20);
}

/// <summary>Counts the bytes of a result, which stays in memory until its rules are checked.</summary>
internal sealed class ResultSize
{
    private long _bytes;

    /// <exception cref="PluginException">The result exceeds <see cref="QueryLimits.MaxResultBytes"/>.</exception>
    internal void Add(object? value)
    {
        // The plugin writes a BLOB as numbers.
        _bytes += 32 + value switch { string text => 2L * text.Length, byte[] blob => 8L * blob.Length, _ => 0 };
        if (_bytes > QueryLimits.MaxResultBytes)
            throw Exceeded();
    }

    internal static PluginException Exceeded() => QueryGuard.Stopped($"returns more than {QueryLimits.MaxResultBytes >> 20} MiB");
}
