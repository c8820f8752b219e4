using System.Net;
using System.Net.Sockets;

namespace TokenDashboard.Pricing.Lists;

/// <summary>A price list from a file or an address that can replace the current one.</summary>
internal sealed class PriceListUpdate
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // A redirect can contain any number of characters.
    private const int LongestShown = 300;

    private readonly string _stored;

    private PriceListUpdate(byte[] json, string source, DateTimeOffset date, DateTimeOffset now)
    {
        PriceList list = PriceFiles.ParseList(json, source);
        try
        {
            PriceList current = PriceFiles.LoadList(PriceFiles.Folder);
            Changes = PriceChange.Between(current, list);
            CurrentModels = current.Providers.Sum(provider => provider.Models.DistinctBy(model => model.Id).Count());
            IsNew = Changes.Count > 0 || (list.Version ?? current.Version) != current.Version;
        }
        catch (TokenDashboardException exception) when (exception.Code == ErrorCode.PriceListInvalid)
        {
            // The installed file was changed and must be replaced.
            Changes = PriceChange.Between(PriceFiles.LoadFrom(null), list);
            IsNew = true;
        }
        _stored = PriceFiles.Stored(json, source, date, now);
    }

    /// <summary>The differences from the current list.</summary>
    public IReadOnlyList<PriceChange> Changes { get; }

    /// <summary>The number of models of all providers in the current list; 0 if it cannot be read.</summary>
    public int CurrentModels { get; }

    /// <summary>The number of models that only the current list contains.</summary>
    public int RemovedModels => Changes.Count(change => change is { Change: PriceChangeKind.Removed, Model: not null });

    /// <summary>Whether the list differs from the current list.</summary>
    public bool IsNew { get; }

    /// <summary>Reads a list from a file.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.PriceFileNotFound"/>, <see cref="ErrorCode.PriceListInvalid"/>.</exception>
    public static PriceListUpdate OfFile(string path, DateTimeOffset now)
    {
        byte[] json = PriceFiles.ReadBytes(path);
        return new PriceListUpdate(json, Path.GetFileName(path), File.GetLastWriteTimeUtc(path), now);
    }

    /// <summary>Downloads a list.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.PriceListUnreachable"/>, <see cref="ErrorCode.PriceListInvalid"/>.</exception>
    public static PriceListUpdate OfUrl(Uri url, DateTimeOffset now, CancellationToken cancellation)
    {
        // It is not repeated, because it can contain a password anywhere.
        if (!url.IsAbsoluteUri || !(url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)) || url.UserInfo.Length > 0)
            throw new TokenDashboardException(
                ErrorCode.PriceListUnreachable, "This is not a permitted address of a price list. Use an address that begins with https://, without a user name or password.");
        // Credentials can be after the path.
        string shown = url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        TokenDashboardException Unreachable(string problem, Exception? exception = null) => new(ErrorCode.PriceListUnreachable, $"'{shown}' {problem}", exception, shown);
        (byte[] json, DateTimeOffset date) = Download(url, now, Unreachable, cancellation);
        return new PriceListUpdate(json, shown, date, now);
    }

    /// <summary>Downloads content, with the time of its last change.</summary>
    private static (byte[] Content, DateTimeOffset Date) Download(Uri url, DateTimeOffset now, Func<string, Exception?, TokenDashboardException> unreachable, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(Patience);
        try
        {
            // The address was chosen. A redirect could lead to any other server.
            using var handler = new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All, AllowAutoRedirect = false, UseCookies = false, UseProxy = !url.IsLoopback };
            using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = PriceFiles.MaxBytes };
            client.DefaultRequestHeaders.UserAgent.ParseAdd("TokenDashboard");
            using HttpResponseMessage response = client.GetAsync(url, timeout.Token).GetAwaiter().GetResult();
            if ((int)response.StatusCode is >= 300 and < 400)
                throw unreachable($"redirects to '{Shown(RedirectTarget.Of(response, url))}', but redirects are not followed. If you trust that address, use it.", null);
            if (!response.IsSuccessStatusCode)
                throw unreachable($"responded with status {(int)response.StatusCode}. Check the address.", null);
            return (response.Content.ReadAsByteArrayAsync(timeout.Token).GetAwaiter().GetResult(), response.Content.Headers.LastModified ?? now);
        }
        // Content that is not compressed as its header specifies is not wrapped. .NET reports Brotli as an invalid operation.
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException or InvalidDataException or InvalidOperationException)
        {
            throw unreachable($"could not be downloaded: {exception.Message} Check the address and the proxy, or download the file and use -Path.", exception);
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw unreachable($"did not send the price list within {Patience.TotalSeconds:0} seconds. Try again, or download the file and use -Path.", exception);
        }
    }

    private static string Shown(string? address) => address is null ? "nowhere" : address.Length <= LongestShown ? address : $"{address.AsSpan(0, LongestShown)}…";

    /// <summary>Writes the list to the user's folder. It is then the current list.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.PriceListWriteFailed"/>: the list cannot be written.</exception>
    public void Keep() => AtomicFile.WriteIfChanged(PriceFiles.ListPath, _stored, ErrorCode.PriceListWriteFailed);
}
