namespace TokenDashboard.Engines.ClickHouse;

/// <summary>Where a ClickHouse database is, as <c>clickhouse://host:8123/database</c>. It never holds a password.</summary>
internal sealed record ClickHouseAddress
{
    /// <summary>What the address begins with.</summary>
    public const string Scheme = "clickhouse";

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

    /// <summary>The user; null where the address names none.</summary>
    public string? User { get; }

    /// <summary>Whether the connection is encrypted.</summary>
    public bool IsSecure { get; }

    /// <summary>Whether a reference is an address of ClickHouse.</summary>
    public static bool Matches(string reference) => reference.StartsWith(Scheme + "://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads an address.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.StoreAddressInvalid"/>: it is not one, or holds a password.</exception>
    public static ClickHouseAddress Parse(string reference)
    {
        if (!Matches(reference) || !Uri.TryCreate(reference, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0)
            throw Invalid("it cannot be read");
        // What is refused is not repeated: it may be a password.
        string[] user = uri.UserInfo.Split(':', 2);
        if (user.Length > 1)
            throw Invalid("it has a password in it, which the history of commands would keep. Give -Credential, or set the environment variables CLICKHOUSE_USER and CLICKHOUSE_PASSWORD");
        bool? secure = uri.Query.ToLowerInvariant() switch { "" or "?secure=false" => false, "?secure=true" => true, _ => null };
        string[] path = uri.AbsolutePath.Trim('/').Split('/');
        if (secure is null || path.Length > 1 || uri.Fragment.Length > 0)
            throw Invalid("only the name of a database and ?secure=true may follow the host");
        return new ClickHouseAddress(
            uri.Host,
            uri.Port > 0 ? uri.Port : secure.Value ? SecurePort : PlainPort,
            path[0].Length == 0 ? "default" : Uri.UnescapeDataString(path[0]),
            user[0].Length == 0 ? null : Uri.UnescapeDataString(user[0]),
            secure.Value);
    }

    /// <summary>The address as it is shown.</summary>
    public override string ToString() =>
        $"{Scheme}://{(User is null ? "" : Uri.EscapeDataString(User) + "@")}{Host}:{Port}/{Uri.EscapeDataString(Database)}{(IsSecure ? "?secure=true" : "")}";

    private static TokenDashboardException Invalid(string why) => new(
        ErrorCode.StoreAddressInvalid, $"The address of ClickHouse is not valid: {why}. The form is clickhouse://host:8123/database, with ?secure=true for an encrypted connection.");
}
