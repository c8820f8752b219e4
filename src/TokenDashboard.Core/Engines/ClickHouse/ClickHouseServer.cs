using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ClickHouse.Driver;
using ClickHouse.Driver.ADO;
using ClickHouse.Driver.ADO.Parameters;
using ClickHouse.Driver.ADO.Readers;

namespace TokenDashboard.Engines.ClickHouse;

/// <summary>A connection to ClickHouse. Values are sent as query parameters, never in the text of a query.</summary>
internal sealed class ClickHouseServer : IDisposable
{
    private const string UserVariable = "CLICKHOUSE_USER";
    private const string PasswordVariable = "CLICKHOUSE_PASSWORD";

    // The time for which a query may send nothing.
    private static readonly TimeSpan UsualTimeout = TimeSpan.FromMinutes(5);

    // A query ends with its connection, so Ctrl+C also ends it on the server. Usage reads most columns. In blocks of the default size of 1 MB, a single
    // user's requests are only a few rows each, and the work for a block takes longer than the work for its rows.
    private static readonly Dictionary<string, object> ReadSettings = new() { ["cancel_http_readonly_queries_on_client_close"] = 1, ["preferred_block_size_bytes"] = 8_000_000 };

    // A query can contain settings, but not this one.
    private static readonly Dictionary<string, object> OnlyReadSettings = new(ReadSettings) { ["readonly"] = 2 };

    // A batch can contain rows of any number of months. With a Distributed table, rows are stored when the statement ends.
    private static readonly Dictionary<string, object> WriteSettings = new() { ["max_partitions_per_insert_block"] = 0, ["distributed_foreground_insert"] = 1, ["async_insert"] = 0 };

    private readonly ClickHouseClient _client;
    private readonly HttpClient _http;
    private readonly ConcurrentDictionary<Socket, bool> _sockets = [];
    private readonly Secrets _secrets;
    private readonly CancellationToken _cancellation;
    private readonly TimeSpan _timeout;
    private AnswerStream? _answer;

    /// <summary>
    /// Creates a connection. Nothing is sent yet. Without a credential, the user is that of the address or the environment, and the password that of
    /// the environment. The timeout is the time for which a query may send nothing.
    /// </summary>
    public ClickHouseServer(ClickHouseAddress address, NetworkCredential? credential, CancellationToken cancellation, TimeSpan? timeout = null)
    {
        Address = address;
        _cancellation = cancellation;
        _timeout = timeout ?? UsualTimeout;
        User = credential?.UserName ?? address.User ?? Environment.GetEnvironmentVariable(UserVariable) ?? "default";
        string password = PasswordOf(credential);
        _client = new ClickHouseClient(new ClickHouseClientSettings
        {
            Host = address.Host,
            Port = (ushort)address.Port,
            Protocol = address.IsSecure ? "https" : "http",
            Database = address.Database,
            Username = User,
            Password = password,
            UseCompression = !address.IsThisMachine,
            // Otherwise, the values contain types, nested as deep as the sender likes, and the driver reads them with recursion.
            JsonReadMode = JsonReadMode.String,
            Timeout = _timeout,
            HttpClient = _http = new HttpClient(new AnswerHandler(this, Handler())) { Timeout = _timeout },
        });
        // If the connection cannot be created, nothing else would remove the secrets.
        _secrets = new Secrets();
        _secrets.Add(password);
    }

    public ClickHouseAddress Address { get; }

    public string User { get; }

    /// <summary>Whether the server rejects a query that does more than read.</summary>
    public bool OnlyReads { get; init; }

    /// <summary>Whether the last response was not from ClickHouse, although it reported no error.</summary>
    public bool IsForeign { get; private set; }

    /// <summary>The target of the last response's redirect, without possible secrets; null without a redirect.</summary>
    public string? Redirect { get; private set; }

    /// <summary>
    /// The maximum size of a decompressed response in bytes; null for no limit, because rows are read as they arrive. Reading a larger response fails. Each row has
    /// its own limit.
    /// </summary>
    public long? MaxAnswerBytes { get; init; }

    /// <summary>Whether the last response exceeded a limit.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>The number of connections that are open or being opened.</summary>
    public int OpenSockets => _sockets.Count;

    /// <summary>Reads the rows of a query as they arrive. Before the first row, even if there is none, <paramref name="begin"/> is called.</summary>
    public IEnumerable<T> Query<T>(
        string sql, ClickHouseParameters parameters, Func<ClickHouseDataReader, T> read, Action<ClickHouseDataReader>? begin = null, CancellationToken cancellation = default)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_cancellation, cancellation);
        using CancellationTokenRegistration end = both.Token.Register(() =>
        {
            foreach (Socket socket in _sockets.Keys)
                socket.Dispose();
        });
        using ClickHouseDataReader reader = Guard(ErrorCode.StoreReadFailed, () => _client.ExecuteReaderAsync(
            sql, parameters.ToCollection(), new QueryOptions { CustomSettings = OnlyReads ? OnlyReadSettings : ReadSettings }, both.Token));
        AnswerStream? answer = _answer;
        // An empty response has no columns.
        if (reader.FieldCount == 0 && IsForeign)
            throw ClickHouseErrors.Foreign(this);
        begin?.Invoke(reader);
        while (Guard(ErrorCode.StoreReadFailed, () => reader.ReadAsync(both.Token)))
        {
            answer?.BeginRow();
            yield return Take(read, reader);
        }
    }

    // Another program may have responded, and its response can be mistaken for rows.
    private T Take<T>(Func<ClickHouseDataReader, T> read, ClickHouseDataReader row)
    {
        try
        {
            return read(row);
        }
        catch (Exception exception) when (exception is IndexOutOfRangeException or InvalidCastException or FormatException or OverflowException)
        {
            throw ClickHouseErrors.OtherColumns(this);
        }
    }

    /// <summary>Runs a statement.</summary>
    public void Execute(string sql, ClickHouseParameters? parameters = null) => Guard(ErrorCode.StoreWriteFailed, () => _client.ExecuteNonQueryAsync(
        sql, (parameters ?? new ClickHouseParameters()).ToCollection(), new QueryOptions { CustomSettings = WriteSettings }, _cancellation));

    /// <summary>Writes rows in one of ClickHouse's formats. See <see cref="Guard"/>.</summary>
    public async Task<HttpStatusCode> InsertAsync(string table, IEnumerable<string> columns, Stream rows, string format)
    {
        // One statement is one block of the table, which is stored completely or not at all.
        var settings = new Dictionary<string, object>(WriteSettings) { ["max_insert_block_size"] = 10_000_000, ["min_insert_block_size_bytes"] = 0 };
        using HttpResponseMessage response = await _client.InsertRawStreamAsync(
            table, rows, format, columns, !Address.IsThisMachine, new QueryOptions { CustomSettings = settings }, _cancellation).ConfigureAwait(false);
        return response.StatusCode;
    }

    /// <summary>Waits for work with the server, and converts its errors to errors of this module.</summary>
    public T Guard<T>(ErrorCode otherwise, Func<Task<T>> work)
    {
        _cancellation.ThrowIfCancellationRequested();
        try
        {
            return work().GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is not TokenDashboardException)
        {
            // A canceled operation can end with any exception.
            _cancellation.ThrowIfCancellationRequested();
            throw ClickHouseErrors.From(exception, otherwise, this, _secrets);
        }
    }

    private SocketsHttpHandler Handler() => new()
    {
        AutomaticDecompression = DecompressionMethods.All,
        // Another address would receive the SQL, and its rows would be treated as rows of this server.
        AllowAutoRedirect = false,
        UseCookies = false,
        // The proxy would receive a password that does not leave this computer otherwise, and cannot reach it.
        UseProxy = !Address.IsThisMachine,
        ConnectCallback = ConnectAsync,
    };

    // The driver blocks while it reads rows. Such a read ends with its socket, or with the time limit of the socket.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = (int)_timeout.TotalMilliseconds };
        // Added before it connects, so that it also ends with a query that is canceled meanwhile.
        _sockets[socket] = true;
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellation).ConfigureAwait(false);
            return new Connection(this, socket);
        }
        catch
        {
            _sockets.TryRemove(socket, out _);
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The warning that a password would be sent unencrypted to another computer; null if it is not. The parameters are those of the constructor.</summary>
    public static string? PlainPasswordWarning(ClickHouseAddress address, NetworkCredential? credential) =>
        address.IsSecure || address.IsThisMachine || PasswordOf(credential).Length == 0 ? null
            : $"{ClickHouseAddress.Scheme}://{address.Host}:{address.Port} is not encrypted. The password and the data can be read and changed in transit. "
                + "Use an encrypted interface with ?secure=true.";

    private static string PasswordOf(NetworkCredential? credential) => credential?.Password ?? Environment.GetEnvironmentVariable(PasswordVariable) ?? "";

    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
        _secrets.Dispose();
    }

    private sealed class Connection(ClickHouseServer server, Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        protected override void Dispose(bool disposing)
        {
            server._sockets.TryRemove(Socket, out _);
            base.Dispose(disposing);
        }
    }

    private sealed class AnswerHandler(ClickHouseServer server, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            server.IsForeign = response.IsSuccessStatusCode && !response.Headers.Any(header => header.Key.StartsWith("X-ClickHouse-", StringComparison.OrdinalIgnoreCase));
            server.Redirect = (int)response.StatusCode is >= 300 and < 400 ? RedirectTarget.Of(response, request.RequestUri!) ?? "nowhere" : null;
            server.IsTooLong = false;
            HttpContent content = response.Content;
            server._answer = new AnswerStream(
                await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), response.IsSuccessStatusCode, server.MaxAnswerBytes, () => server.IsTooLong = true);
            response.Content = new StreamContent(server._answer);
            foreach ((string name, IEnumerable<string> values) in content.Headers)
                response.Content.Headers.TryAddWithoutValidation(name, values);
            return response;
        }
    }
}

/// <summary>The parameters of a query.</summary>
internal sealed class ClickHouseParameters
{
    private readonly List<(string Name, string Type, object Value)> _all = [];

    /// <summary>Adds a parameter with a new name.</summary>
    /// <returns>The placeholder for the query.</returns>
    public string Add(string type, object value)
    {
        string name = $"p{_all.Count}";
        _all.Add((name, type, value));
        return $"{{{name}:{type}}}";
    }

    public string Add(string text) => Add("String", text);

    public string Add(long number) => Add("Int64", number);

    /// <summary>The text of a query with its parameters inserted, for clients that cannot send parameters.</summary>
    public string InText(string sql) => _all.Aggregate(sql, (text, parameter) =>
        text.Replace(
            $"{{{parameter.Name}:{parameter.Type}}}", parameter.Value is string value ? Literal(value) : Convert.ToString(parameter.Value, CultureInfo.InvariantCulture), StringComparison.Ordinal));

    // The text must not contain a macro of Grafana or a parameter.
    private static string Literal(string text) => $"'{text.Replace(@"\", @"\\").Replace("'", @"\'").Replace("$", @"\x24").Replace("{", @"\x7B")}'";

    public ClickHouseParameterCollection ToCollection()
    {
        var collection = new ClickHouseParameterCollection();
        foreach ((string name, string type, object value) in _all)
            collection.Add(new ClickHouseDbParameter { ParameterName = name, ClickHouseType = type, Value = value });
        return collection;
    }
}
