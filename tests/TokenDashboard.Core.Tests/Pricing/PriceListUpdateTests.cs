using System.Collections.Concurrent;
using System.Net;
using System.Text;
using TokenDashboard.Pricing.Lists;
using TokenDashboard.Testing;

namespace TokenDashboard.Tests.Pricing;

public sealed class PriceListUpdateTests : IDisposable
{
    private const string List = """[{"id":"p","models":[{"id":"m","match":{"equals":"m"},"prices":{"input_mtok":1}}]}]""";

    private readonly HttpListener _listener;
    private readonly string _address;
    private readonly ConcurrentQueue<string> _asked = [];

    public PriceListUpdateTests()
    {
        (_listener, int port) = LocalListener.Start();
        _address = $"http://127.0.0.1:{port}/";
        _ = ServeAsync();
    }

    [Fact]
    public void A_list_is_fetched()
    {
        PriceListUpdate update = Fetch("list.json");

        Assert.Contains(update.Changes, change => change is { Change: PriceChangeKind.Added, Provider: "p", Model: "m" });
    }

    [Fact]
    public void A_redirect_is_reported_and_not_followed()
    {
        TokenDashboardException exception = Assert.Throws<TokenDashboardException>(() => Fetch("redirect"));

        Assert.Equal(ErrorCode.PriceListUnreachable, exception.Code);
        Assert.Contains($"redirects to '{_address}list.json'", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_asked, path => path == "/list.json");
    }

    [Theory]
    [InlineData("user:s3cret@prices.example")]
    [InlineData("http:/user:s3cret@prices.example")]
    [InlineData("http://prices.example/s3cret")]
    [InlineData("https://user:s3cret@prices.example/")]
    [InlineData("s3cret/list.json")]
    public void An_address_that_is_not_permitted_is_not_repeated(string address)
    {
        TokenDashboardException exception = Assert.Throws<TokenDashboardException>(
            () => PriceListUpdate.OfUrl(new Uri(address, UriKind.RelativeOrAbsolute), DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken));

        Assert.Equal(ErrorCode.PriceListUnreachable, exception.Code);
        Assert.DoesNotContain("s3cret", $"{exception} {exception.Target}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing", ErrorCode.PriceListUnreachable)]
    [InlineData("large", ErrorCode.PriceListUnreachable)]
    [InlineData("gzip", ErrorCode.PriceListUnreachable)]
    [InlineData("br", ErrorCode.PriceListUnreachable)]
    [InlineData("page", ErrorCode.PriceListInvalid)]
    public void Unreachable_and_invalid_lists_are_reported(string path, ErrorCode code) =>
        Assert.Equal(code, Assert.Throws<TokenDashboardException>(() => Fetch(path)).Code);

    [Theory]
    [InlineData("http://127.0.0.1", "http://user:secret@127.0.0.1")]
    [InlineData("http:", "ftp:")]
    public void An_address_that_is_not_permitted_is_not_requested(string part, string replacement)
    {
        var url = new Uri(_address.Replace(part, replacement, StringComparison.Ordinal) + "list.json");

        var exception = Assert.Throws<TokenDashboardException>(() => PriceListUpdate.OfUrl(url, DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken));

        Assert.Equal(ErrorCode.PriceListUnreachable, exception.Code);
        Assert.Contains("is not a permitted address", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
        Assert.Empty(_asked);
    }

    [Fact]
    public void Cancellation_ends_the_wait()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        Assert.ThrowsAny<OperationCanceledException>(() => PriceListUpdate.OfUrl(new Uri(_address + "silent"), DateTimeOffset.UnixEpoch, stop.Token));
    }

    public void Dispose() => _listener.Close();

    private PriceListUpdate Fetch(string path) => PriceListUpdate.OfUrl(new Uri(_address + path), DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken);

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            _asked.Enqueue(context.Request.Url!.AbsolutePath);
            byte[] body = Encoding.UTF8.GetBytes(List);
            switch (context.Request.Url.AbsolutePath)
            {
                case "/silent":
                    continue;
                case "/missing":
                    context.Response.StatusCode = 404;
                    break;
                case "/redirect":
                    context.Response.Redirect(_address + "list.json");
                    break;
                case "/gzip" or "/br":
                    context.Response.Headers["Content-Encoding"] = context.Request.Url.AbsolutePath[1..];
                    break;
                case "/page":
                    body = "<html>"u8.ToArray();
                    break;
                case "/large":
                    body = Encoding.UTF8.GetBytes(List.PadRight(PriceFiles.MaxBytes + 1));
                    break;
            }
            try
            {
                context.Response.ContentLength64 = body.Length;
                await context.Response.OutputStream.WriteAsync(body);
                context.Response.Close();
            }
            catch (Exception exception) when (exception is HttpListenerException or IOException or ObjectDisposedException or InvalidOperationException)
            {
                // The client does not read the whole response.
            }
        }
    }
}
