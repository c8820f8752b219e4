using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using TokenDashboard.Testing;

namespace TokenDashboard.SecondProcess;

/// <summary>
/// Serves the part of ClickHouse's HTTP interface that the driver uses, from the engine as a library (libchdb,
/// https://github.com/chdb-io/chdb-core). Runs one query at a time and knows one user.
/// </summary>
internal sealed partial class ClickHouseEngine(string library, string folder, string? login, string? traffic)
{
    private static readonly HashSet<string> NoSettings = ["query", "database", "query_id", "default_format", "enable_http_compression", "cancel_http_readonly_queries_on_client_close"];

    // Clusters with one and with two shards. Every shard is this engine, so a Distributed table in the second cluster returns each row twice.
    private const string Clusters = """
        <clickhouse>
          <tcp_port>19000</tcp_port>
          <remote_servers>
            <one>
              <shard><replica><host>localhost</host><port>19000</port></replica></shard>
            </one>
            <two>
              <shard><replica><host>localhost</host><port>19000</port></replica></shard>
              <shard><replica><host>localhost</host><port>19000</port></replica></shard>
            </two>
          </remote_servers>
        </clickhouse>
        """;

    private readonly Lock _gate = new();
    private nint _library;
    private nint _connection;
    // Settings persist in a connection, and a read-only connection cannot become writable again.
    private nint _readOnlyConnection;

    /// <summary>Serves until standard input ends, and prints the port. With 0, it uses any free port.</summary>
    public void Serve(int port)
    {
        Open();
        (HttpListener listener, port) = LocalListener.Start(port);
        _ = Task.Run(async () =>
        {
            while (listener.IsListening)
            {
                HttpListenerContext context = await listener.GetContextAsync();
                _ = Task.Run(() => Respond(context));
            }
        });
        Console.WriteLine($"ready {port}");
        Console.In.ReadToEnd();
    }

    private void Respond(HttpListenerContext context)
    {
        HttpListenerResponse response = context.Response;
        byte[] content;
        try
        {
            using var body = new MemoryStream();
            context.Request.InputStream.CopyTo(body);
            if (login is not null && context.Request.Headers["Authorization"] != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(login)))
                throw new InvalidOperationException("Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)");
            lock (_gate)
            {
                Record(context.Request, body.ToArray());
                content = Run(context.Request, body.ToArray());
            }
            response.Headers["X-ClickHouse-Format"] = context.Request.QueryString["default_format"];
            response.Headers["X-ClickHouse-Timezone"] = "UTC";
        }
        catch (InvalidOperationException exception)
        {
            string code = ErrorNumber().Match(exception.Message) is { Success: true } match ? match.Groups[1].Value : "1002";
            response.StatusCode = code == "516" ? 403 : 500;
            response.Headers["X-ClickHouse-Exception-Code"] = code;
            content = Encoding.UTF8.GetBytes(exception.Message);
        }
        try
        {
            // Without a length, the end of the response is a separate packet, which waits 40 ms for the client to acknowledge the previous one.
            response.ContentLength64 = content.Length;
            response.OutputStream.Write(content);
            response.Close();
        }
        catch (Exception exception) when (exception is HttpListenerException or IOException or ObjectDisposedException)
        {
            // The client has disconnected.
        }
    }

    // Logs the traffic without the rows themselves.
    private void Record(HttpListenerRequest request, byte[] body)
    {
        if (traffic is not null)
        {
            string text = request.QueryString["query"] is null ? Encoding.UTF8.GetString(body) : $"{body.Length} bytes";
            File.AppendAllText(traffic, $"{request.RawUrl}\n{text}\n\n");
        }
    }

    private byte[] Run(HttpListenerRequest request, byte[] body)
    {
        string format = request.QueryString["default_format"] ?? "TabSeparated";
        nint connection = request.QueryString["readonly"] is null ? _connection : _readOnlyConnection = _readOnlyConnection == 0 ? Connect() : _readOnlyConnection;
        byte[] Execute(string query, string format) => this.Execute(connection, query, format);

        foreach (string name in request.QueryString.AllKeys.OfType<string>().Where(name => !NoSettings.Contains(name)))
            Execute($"SET {name} = {Quoted(request.QueryString[name]!)}", "Null");
        if (request.QueryString["database"] is { Length: > 0 } database)
            Execute($"USE `{database.Replace("`", "\\`", StringComparison.Ordinal)}`", "Null");
        if (request.QueryString["query"] is not { } insert)
            return Execute(Replication().Replace(Encoding.UTF8.GetString(body), "$1"), format);
        // The engine reads the rows of an INSERT from a file.
        Match parts = Insert().Match(insert);
        string file = Path.Combine(folder, "rows.bin");
        File.WriteAllBytes(file, body);
        return Execute($"{parts.Groups[1].Value} FROM INFILE {Quoted(file)} COMPRESSION 'none' {parts.Groups[2].Value}", format);
    }

    private static string Quoted(string text) => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private unsafe void Open()
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.xml"), Clusters);
        _library = NativeLibrary.Load(library);
        // The .NET runtime has its own signal handlers.
        ((delegate* unmanaged<int, void>)Export("chdb_set_signal_handlers_enabled"))(0);
        _connection = Connect();
    }

    private unsafe nint Connect()
    {
        nint[] arguments = [.. new[] { "clickhouse", $"--path={folder}", $"--config-file={Path.Combine(folder, "config.xml")}" }.Select(Marshal.StringToCoTaskMemUTF8)];
        fixed (nint* first = arguments)
        {
            nint* connection = ((delegate* unmanaged<int, nint*, nint*>)Export("chdb_connect"))(arguments.Length, first);
            return connection is null || *connection == 0 ? throw new InvalidOperationException($"{library} opens no database in {folder}.") : *connection;
        }
    }

    private unsafe byte[] Execute(nint connection, string query, string format)
    {
        byte[] text = Encoding.UTF8.GetBytes(query), formatText = Encoding.UTF8.GetBytes(format);
        fixed (byte* queryStart = text, formatStart = formatText)
        {
            nint result = ((delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nint>)Export("chdb_query_n"))(
                connection, queryStart, (nuint)text.Length, formatStart, (nuint)formatText.Length);
            try
            {
                nint error = ((delegate* unmanaged<nint, nint>)Export("chdb_result_error"))(result);
                if (error != 0)
                    throw new InvalidOperationException(Marshal.PtrToStringUTF8(error));
                int length = checked((int)((delegate* unmanaged<nint, nuint>)Export("chdb_result_length"))(result));
                return length == 0 ? [] : new ReadOnlySpan<byte>((void*)((delegate* unmanaged<nint, nint>)Export("chdb_result_buffer"))(result), length).ToArray();
            }
            finally
            {
                ((delegate* unmanaged<nint, void>)Export("chdb_destroy_query_result"))(result);
            }
        }
    }

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    // The engine has no Keeper, which replication and ON CLUSTER need.
    [GeneratedRegex(@" ON CLUSTER '\w+'|(?<=ENGINE = )Replicated(\w+\()'[^']*', '[^']*'(?:, )?")]
    private static partial Regex Replication();

    [GeneratedRegex(@"^Code: ([0-9]+)")]
    private static partial Regex ErrorNumber();

    [GeneratedRegex(@"(?s)^\s*(INSERT INTO .*?) (FORMAT \w+)\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex Insert();
}
