using System.Buffers;
using System.Net;

namespace TokenDashboard.Engines.ClickHouse;

/// <summary>The address of a ClickHouse database, as <c>clickhouse://host:8123/database</c>. It never contains a password.</summary>
internal sealed record ClickHouseAddress
{
    /// <summary>The scheme of the address.</summary>
    public const string Scheme = "clickhouse";

    // In a name, these are the remains of another form of address, and what follows may be a password.
    private static readonly SearchValues<char> NotInNames = SearchValues.Create(":;&=?#/");

    private const int PlainPort = 8123;
    private const int SecurePort = 8443;

    private ClickHouseAddress(string host, int port, string database, string? user, bool isSecure) =>
        (Host, Port, Database, User, IsSecure) = (host, port, database, user, isSecure);

    /// <summary>The server's name or IP address.</summary>
    public string Host { get; }

    /// <summary>The port of the server's HTTP interface.</summary>
    public int Port { get; }

    /// <summary>The database.</summary>
    public string Database { get; }

    /// <summary>The user; null if the address contains none.</summary>
    public string? User { get; }

    /// <summary>Whether the connection is encrypted.</summary>
    public bool IsSecure { get; }

    /// <summary>Whether it is on this computer, so that nothing leaves it.</summary>
    public bool IsThisMachine => Host == "localhost" || (IPAddress.TryParse(Host, out IPAddress? ip) && IPAddress.IsLoopback(ip));

    /// <summary>Whether a reference is an address of ClickHouse, even if a slash is missing.</summary>
    public static bool Matches(string reference) => reference.StartsWith(Scheme + ":/", StringComparison.OrdinalIgnoreCase);

    /// <summary>Parses an address.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.StoreAddressInvalid"/>: it is invalid, or contains a password.</exception>
    public static ClickHouseAddress Parse(string reference)
    {
        if (!Matches(reference) || !Uri.TryCreate(reference, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0)
            throw Invalid("it cannot be parsed");
        // An invalid address is not repeated, because it may contain a password.
        string user = Uri.UnescapeDataString(uri.UserInfo);
        if (user.AsSpan().IndexOfAny(NotInNames) >= 0)
            throw Invalid(
                "its user contains a password, which the command history would store, or a character that is not permitted. Use -Credential, "
                    + "or set the environment variables CLICKHOUSE_USER and CLICKHOUSE_PASSWORD");
        bool? secure = uri.Query.ToLowerInvariant() switch { "" or "?secure=false" => false, "?secure=true" => true, _ => null };
        string[] path = uri.AbsolutePath.Trim('/').Split('/');
        if (secure is null || path.Length > 1 || uri.Fragment.Length > 0)
            throw Invalid("only the name of a database and ?secure=true may follow the host");
        string database = Uri.UnescapeDataString(path[0]);
        if (database.AsSpan().IndexOfAny(NotInNames) >= 0)
            throw Invalid("the name of the database contains one of the characters : ; & = ? # and /");
        return new ClickHouseAddress(
            uri.Host,
            uri.Port > 0 ? uri.Port : secure.Value ? SecurePort : PlainPort,
            database.Length == 0 ? "default" : database,
            user.Length == 0 ? null : user,
            secure.Value);
    }

    /// <summary>The address for display.</summary>
    public override string ToString() =>
        $"{Scheme}://{(User is null ? "" : Uri.EscapeDataString(User) + "@")}{Host}:{Port}/{Uri.EscapeDataString(Database)}{(IsSecure ? "?secure=true" : "")}";

    private static TokenDashboardException Invalid(string why) => new(
        ErrorCode.StoreAddressInvalid, $"The address of ClickHouse is invalid: {why}. The format is clickhouse://host:8123/database, with ?secure=true for an encrypted connection.");
}
