using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TokenDashboard.Engines;
using TokenDashboard.Engines.ClickHouse;

namespace TokenDashboard.Tests.Engines.ClickHouse;

/// <summary>Refusals, failures and lost connections have the right error code, and no error shows the password.</summary>
public class ClickHouseFailureTests
{
    private const string Password = "s3cret-pass;'";

    // Two columns, a byte and a text, and their first rows.
    private const string Rows = "\u0002\u0001n\u0001s\u0005UInt8\u0006String\u0001\u0003abc\u0002\u0000";

    private const string Begin = $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n19\r\n{Rows}\r\n";

    private static readonly NetworkCredential Login = new("reader", Password);

    // The HTTP status of each code is from ClickHouse's exceptionCodeToHTTPStatus.cpp.
    [Theory]
    [InlineData(201, 500, "Quota for user `reader` for 3600s has been exceeded: queries = 11/10. (QUOTA_EXCEEDED)", ErrorCode.StoreQuotaExceeded)]
    [InlineData(241, 500, "Query memory limit exceeded: would use 9.50 GiB, maximum: 9.31 GiB. (MEMORY_LIMIT_EXCEEDED)", ErrorCode.StoreQuotaExceeded)]
    [InlineData(202, 500, "Too many simultaneous queries. Maximum: 100. (TOO_MANY_SIMULTANEOUS_QUERIES)", ErrorCode.StoreQuotaExceeded)]
    [InlineData(497, 403, "reader: Not enough privileges. To execute this query, it's necessary to have the grant SELECT(id) ON llm.token_request. (ACCESS_DENIED)", ErrorCode.StoreAccessDenied)]
    [InlineData(497, 500, "reader: Not enough privileges. (ACCESS_DENIED)", ErrorCode.StoreAccessDenied)]
    [InlineData(164, 500, "Cannot modify 'final' setting in readonly mode. (READONLY)", ErrorCode.StoreAccessDenied)]
    [InlineData(159, 408, "Timeout exceeded: elapsed 60.1 seconds, maximum: 60. (TIMEOUT_EXCEEDED)", ErrorCode.StoreTimeout)]
    [InlineData(516, 403, "reader: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)", ErrorCode.StoreUnauthorized)]
    [InlineData(194, 401, "reader: Password required for user. (REQUIRED_PASSWORD)", ErrorCode.StoreUnauthorized)]
    [InlineData(81, 404, "Database llm does not exist. (UNKNOWN_DATABASE)", ErrorCode.StoreNotFound)]
    [InlineData(60, 404, "Unknown table expression identifier 'token_request'. (UNKNOWN_TABLE)", ErrorCode.StoreTableMissing)]
    [InlineData(46, 404, "Unknown table function token_usage. (UNKNOWN_FUNCTION)", ErrorCode.StoreTableMissing)]
    [InlineData(46, 404, "Function with name `toDate99` does not exist. (UNKNOWN_FUNCTION)", ErrorCode.StoreReadFailed)]
    [InlineData(62, 400, "Syntax error: failed at position 1. (SYNTAX_ERROR)", ErrorCode.StoreReadFailed)]
    public void Server_errors_map_to_error_codes(int number, int status, string words, ErrorCode code)
    {
        using var server = new RawServer(
            (stream, _) => Send(stream, status, $"X-ClickHouse-Exception-Code: {number}\r\n", $"Code: {number}. DB::Exception: {words} {Password} (version 26.7.2.1 (official build))\n"));

        Assert.Equal(code, Failure(() => TelemetryStores.Open(server.Address, Login, CancellationToken.None)).Code);
    }

    // An error page of a proxy, and pages of other web servers.
    [Theory]
    [InlineData(502, "<html>Bad gateway</html>", ErrorCode.StoreReadFailed)]
    [InlineData(200, "<html>Welcome</html>", ErrorCode.StoreUnreachable)]
    [InlineData(200, "<!DOCTYPE html>\n<html><head><title>Home</title></head><body>A longer page with more of everything in it, as web servers have.</body></html>", ErrorCode.StoreUnreachable)]
    public void A_response_that_is_not_from_ClickHouse_is_reported(int status, string content, ErrorCode code)
    {
        using var server = new RawServer((stream, _) => Send(stream, status, "", content));

        Assert.Equal(code, Failure(() => TelemetryStores.Open(server.Address, Login, CancellationToken.None)).Code);
    }

    // The first byte of a page can look like a number of columns, and a page can be empty.
    [Theory]
    [InlineData("", Rows, ErrorCode.StoreUnreachable)]
    [InlineData("", "\u0000\u0001", ErrorCode.StoreUnreachable)]
    [InlineData("", "", ErrorCode.StoreUnreachable)]
    [InlineData("X-ClickHouse-Format: RowBinaryWithNamesAndTypes\r\n", Rows, ErrorCode.StoreSchemaMismatch)]
    public void Unexpected_columns_are_reported(string headers, string content, ErrorCode code)
    {
        using var server = new RawServer((stream, _) => Send(stream, 200, headers, content));

        Assert.Equal(code, Failure(() => TelemetryStores.Open(server.Address, Login, CancellationToken.None)).Code);
    }

    [Fact]
    public void A_redirect_is_reported_and_not_followed()
    {
        int asked = 0;
        using var other = new RawServer((stream, _) =>
        {
            asked++;
            return Send(stream, 200, "X-ClickHouse-Format: RowBinaryWithNamesAndTypes\r\n", Rows);
        });
        string place = other.Address.Replace("clickhouse:", "http:", StringComparison.Ordinal);
        using var server = new RawServer((stream, _) => Send(stream, 307, $"Location: {place.Replace("//", $"//{Login.UserName}:any@", StringComparison.Ordinal)}?a=b\r\n", ""));

        TokenDashboardException exception = Failure(() => TelemetryStores.Open(server.Address, Login, CancellationToken.None));

        Assert.Equal(ErrorCode.StoreUnreachable, exception.Code);
        Assert.Contains($"redirects to '{place}'", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, asked);
        using var wrong = new RawServer((stream, _) => Send(stream, 307, "Location: //[\r\n", ""));
        Assert.Contains("redirects to 'nowhere'", Failure(() => TelemetryStores.Open(wrong.Address, Login, CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cookies_are_not_sent_back()
    {
        var headers = new ConcurrentQueue<string>();
        using var server = new RawServer(async (stream, end) =>
        {
            var request = new byte[1 << 16];
            headers.Enqueue(Encoding.Latin1.GetString(request, 0, await stream.ReadAsync(request, end)));
            await Write(stream, $"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nX-ClickHouse-Format: RowBinaryWithNamesAndTypes\r\nContent-Length: {Rows.Length}\r\nConnection: close\r\n\r\n{Rows}");
        });
        using var connection = new ClickHouseServer(ClickHouseAddress.Parse(server.Address), Login, CancellationToken.None);

        for (int i = 0; i < 2; i++)
            Assert.Equal(2, connection.Query("SELECT n, s FROM t", new ClickHouseParameters(), row => row.GetString(1), cancellation: TestContext.Current.CancellationToken).Count());

        Assert.Equal(2, headers.Count);
        Assert.DoesNotContain(headers, header => header.Contains("Cookie", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(0, connection.OpenSockets);
    }

    [Fact]
    public void Reading_an_endless_text_stops_at_the_response_limit()
    {
        using var server = new RawServer(async (stream, end) =>
        {
            await Read(stream);
            await Write(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\u0001\u0001s\u0006String\u00ff\u00ff\u00ff\u00ff\u0007");
            while (true)
                await stream.WriteAsync(new byte[1 << 16], end);
        });
        using var connection = new ClickHouseServer(ClickHouseAddress.Parse(server.Address), Login, CancellationToken.None) { MaxAnswerBytes = 10_000_000 };

        Failure(() => _ = connection.Query("SELECT s FROM t", new ClickHouseParameters(), row => row.GetString(0)).Count());

        Assert.True(connection.IsTooLong);
    }

    [Fact]
    public void A_row_is_limited_but_the_number_of_rows_is_not()
    {
        const int Rows = 20, Length = 1 << 20;
        using var server = new RawServer(async (stream, end) =>
        {
            await Read(stream);
            await Write(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nX-ClickHouse-Format: RowBinaryWithNamesAndTypes\r\n\r\n\u0001\u0001s\u0006String");
            for (int i = 0; i < Rows; i++)
                await Write(stream, "\u0080\u0080\u0040" + new string('a', Length));
            await Write(stream, "\u0080\u0080\u0080\u0010");
            while (true)
                await stream.WriteAsync(new byte[1 << 16], end);
        });
        using var connection = new ClickHouseServer(ClickHouseAddress.Parse(server.Address), Login, CancellationToken.None);
        int read = 0;

        TokenDashboardException exception = Failure(() => _ = connection.Query("SELECT s FROM t", new ClickHouseParameters(), row => read += row.GetString(0).Length / Length).Count());

        Assert.Equal((ErrorCode.StoreReadFailed, Rows), (exception.Code, read));
        Assert.True(connection.IsTooLong);
    }

    // The durations of the requests of a group.
    [Theory]
    [InlineData("Array(Int16)", true)]
    [InlineData("Array(Array(Int16))", false)]
    [InlineData("Array(String)", false)]
    public void A_row_with_only_lists_of_numbers_can_be_longer(string type, bool isRead)
    {
        const int Bytes = 20 << 20;
        int count = type == "Array(Int16)" ? Bytes / 2 : Bytes;
        using var server = new RawServer(async (stream, end) =>
        {
            await Read(stream);
            await Write(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nX-ClickHouse-Format: RowBinaryWithNamesAndTypes\r\n\r\n");
            await Write(stream, $"\u0002\u0001n\u0001s{Size(type.Length)}{type}\u0006String{Size(count)}");
            await stream.WriteAsync(new byte[Bytes + 1], end);
        });
        using var connection = new ClickHouseServer(ClickHouseAddress.Parse(server.Address), Login, CancellationToken.None);
        int Count() => connection.Query("SELECT n, s FROM t", new ClickHouseParameters(), row => row.GetString(1), cancellation: TestContext.Current.CancellationToken).Count();

        if (isRead)
            Assert.Equal(1, Count());
        else
            Assert.Equal(ErrorCode.StoreReadFailed, Failure(() => Count()).Code);
        Assert.Equal(!isRead, connection.IsTooLong);
    }

    [Fact]
    public void The_rest_of_an_endless_error_is_not_read()
    {
        using var server = new RawServer(async (stream, end) =>
        {
            await Read(stream);
            await Write(stream, "HTTP/1.1 500 Any\r\nConnection: close\r\n\r\nCode: 60. DB::Exception: ");
            while (true)
                await stream.WriteAsync(new byte[1 << 16], end);
        });

        Assert.Equal(ErrorCode.StoreTableMissing, Failure(() => TelemetryStores.Open(server.Address, Login, CancellationToken.None)).Code);
    }

    [Fact]
    public void An_error_with_an_impossible_number_is_reported()
    {
        using var server = new RawServer((stream, _) => Send(stream, 500, "", "Code: 99999999999999999. DB::Exception: boom"));

        Assert.Equal(ErrorCode.StoreReadFailed, Failure(() => TelemetryStores.Open(server.Address, Login, CancellationToken.None)).Code);
    }

    // The driver would crash the process, fill the memory or compute for minutes.
    [Theory]
    [InlineData("Array(", 100_000, "nested more than 64 levels")]
    [InlineData("Dynamic", 1, "'Dynamic'")]
    [InlineData("Array(Nothing)", 1, "'Nothing'")]
    [InlineData("Array(FixedString( 0 ))", 1, "'FixedString( 0 )'")]
    [InlineData("Map(String, Tuple())", 1, "'Tuple()'")]
    [InlineData("Decimal(76, 2000000000)", 1, "'Decimal(76, 2000000000'")]
    [InlineData("a", 1_100_000, "more than 1048576 bytes")]
    public void A_type_that_the_driver_cannot_read_safely_is_refused(string part, int times, string problem)
    {
        string type = string.Concat(Enumerable.Repeat(part, times));
        // Two columns; the types follow the names.
        string header = $"\u0002\u0001n\u0001s\u0005UInt8{Size(type.Length)}{type}";
        using var server = new RawServer((stream, _) => Send(stream, 200, "X-ClickHouse-Format: RowBinaryWithNamesAndTypes\r\n", header));

        TokenDashboardException exception = Failure(() => TelemetryStores.Open(server.Address, Login, CancellationToken.None));

        Assert.Equal(ErrorCode.StoreReadFailed, exception.Code);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_array_that_does_not_fit_into_the_memory_is_reported()
    {
        using var server = new RawServer((stream, _) => Send(
            stream, 200, "X-ClickHouse-Format: RowBinaryWithNamesAndTypes\r\n", "\u0001\u0001n\u0013Map(String, String)\u00ff\u00ff\u00ff\u00ff\u0007"));

        Assert.Equal(ErrorCode.StoreReadFailed, Failure(() => TelemetryStores.Open(server.Address, Login, CancellationToken.None)).Code);
    }

    [Theory]
    [InlineData("SELECT NULL", "Nullable(Nothing)", "\u0001")]
    [InlineData("SELECT toDecimal64(1, 2)", "Decimal(18, 2)", "\u0064\u0000\u0000\u0000\u0000\u0000\u0000\u0000")]
    [InlineData("SELECT t", "LowCardinality(Nullable(FixedString(2)))", "\u0000ab")]
    [InlineData("SELECT t", "JSON", "\u0007{\"a\":1}")]
    [InlineData("SELECT t", "DateTime64(6, 'Europe/Berlin')", "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000")]
    public void Ordinary_types_are_read(string sql, string type, string value)
    {
        using var server = new RawServer((stream, _) => Send(stream, 200, "X-ClickHouse-Format: RowBinaryWithNamesAndTypes\r\n", $"\u0001\u0001n{Size(type.Length)}{type}{value}"));
        using var connection = new ClickHouseServer(ClickHouseAddress.Parse(server.Address), Login, CancellationToken.None);

        Assert.Single(connection.Query(sql, new ClickHouseParameters(), row => row.GetValue(0), cancellation: TestContext.Current.CancellationToken));
    }

    [Theory]
    // Up to version 24.10, the error text follows the rows, and the response is complete.
    [InlineData("", "Code: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED) (version 24.8.4.13)\n", true)]
    // Up to version 25.10, the response breaks off.
    [InlineData("", "__exception__\r\nCode: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED) (version 25.3.1.1)\n", false)]
    // Later versions.
    [InlineData(
        "X-ClickHouse-Exception-Tag: abcdefghijklmnop\r\n",
        "__exception__\r\nabcdefghijklmnop\r\nCode: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED) (version 26.7.2.1)\n87 abcdefghijklmnop\r\n__exception__\r\n", false)]
    [InlineData("", "", false)]
    public void Incomplete_rows_are_rejected(string header, string end, bool isComplete)
    {
        using var server = new RawServer(async (stream, _) =>
        {
            await Read(stream);
            await Write(stream, $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-ClickHouse-Format: RowBinaryWithNamesAndTypes\r\n{header}\r\n");
            await Write(stream, $"{Rows.Length:X}\r\n{Rows}\r\n");
            if (end.Length > 0)
                await Write(stream, $"{end.Length:X}\r\n{end}\r\n");
            if (isComplete)
                await Write(stream, "0\r\n\r\n");
        });
        using var connection = new ClickHouseServer(ClickHouseAddress.Parse(server.Address), Login, CancellationToken.None);

        TokenDashboardException exception = Failure(() => _ = connection.Query("SELECT n, s FROM t", new ClickHouseParameters(), row => row.GetString(1)).Count());

        Assert.Equal(header.Length > 0 ? ErrorCode.StoreQuotaExceeded : ErrorCode.StoreReadFailed, exception.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData(Begin)]
    public async Task Cancellation_ends_the_wait_for_a_silent_server(string begin)
    {
        using var stop = new CancellationTokenSource();
        var asked = new TaskCompletionSource();
        using var server = new RawServer(async (stream, end) =>
        {
            await Read(stream);
            await Write(stream, begin);
            if (begin.Length == 0)
                asked.SetResult();
            await Task.Delay(Timeout.Infinite, end);
        });
        using var connection = new ClickHouseServer(ClickHouseAddress.Parse(server.Address), Login, stop.Token);
        Task<int> query = Task.Run(() => connection.Query("SELECT n, s FROM t", new ClickHouseParameters(), _ => asked.TrySetResult()).Count());
        await asked.Task;
        // The start of the next read cannot be observed.
        await Task.Delay(100, TestContext.Current.CancellationToken);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => query);
    }

    [Theory]
    [InlineData("")]
    [InlineData(Begin)]
    public void A_silent_server_causes_a_timeout_error(string begin)
    {
        using var server = new RawServer(async (stream, end) =>
        {
            await Read(stream);
            await Write(stream, begin);
            await Task.Delay(Timeout.Infinite, end);
        });
        using var connection = new ClickHouseServer(ClickHouseAddress.Parse(server.Address), Login, CancellationToken.None, TimeSpan.FromMilliseconds(500));

        Assert.Equal(ErrorCode.StoreTimeout, Failure(() => _ = connection.Query("SELECT n, s FROM t", new ClickHouseParameters(), row => row.GetString(1)).Count()).Code);
    }

    [Fact]
    public void An_untrusted_certificate_and_an_unencrypted_port_are_reported()
    {
        using var key = RSA.Create(2048);
        using X509Certificate2 made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        using var server = new RawServer(async (stream, _) =>
        {
            using var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(certificate);
        });
        using var plain = new RawServer((stream, _) => Send(stream, 200, "", "Ok."));

        Assert.Equal(ErrorCode.StoreTlsFailed, Failure(() => TelemetryStores.Open(server.Address + "?secure=true", Login, CancellationToken.None)).Code);
        // A port that is not encrypted.
        Assert.Equal(ErrorCode.StoreTlsFailed, Failure(() => TelemetryStores.Open(plain.Address + "?secure=true", Login, CancellationToken.None)).Code);
    }

    private static TokenDashboardException Failure(Action action)
    {
        var exception = Assert.Throws<TokenDashboardException>(action);
        Assert.DoesNotContain("s3cret", exception.ToString(), StringComparison.Ordinal);
        return exception;
    }

    // Seven bits in each byte, the lowest ones first.
    private static string Size(int length) => length < 0x80 ? $"{(char)length}" : $"{(char)((length & 0x7F) | 0x80)}{Size(length >> 7)}";

    private static async Task Send(Stream stream, int status, string headers, string content)
    {
        await Read(stream);
        await Write(stream, $"HTTP/1.1 {status} Any\r\n{headers}Content-Length: {content.Length}\r\nConnection: close\r\n\r\n{content}");
    }

    // Unread bytes would turn the end of the connection into a reset. No request here is longer.
    private static async Task Read(Stream stream) => _ = await stream.ReadAsync(new byte[1 << 16]);

    private static async Task Write(Stream stream, string text)
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        await stream.FlushAsync();
    }

    /// <summary>Answers each connection with bytes, and closes it.</summary>
    private sealed class RawServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _end = new();

        public RawServer(Func<Stream, CancellationToken, Task> answer)
        {
            _listener.Start();
            _ = Task.Run(async () =>
            {
                while (true)
                {
                    using TcpClient client = await _listener.AcceptTcpClientAsync(_end.Token);
                    NetworkStream stream = client.GetStream();
                    try
                    {
                        await answer(stream, _end.Token);
                    }
                    catch (IOException)
                    {
                        // The client has gone.
                    }
                }
            });
        }

        public string Address => $"clickhouse://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/llm";

        public void Dispose()
        {
            _end.Cancel();
            _listener.Dispose();
            _end.Dispose();
        }
    }
}
