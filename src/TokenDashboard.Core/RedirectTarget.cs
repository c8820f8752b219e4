namespace TokenDashboard;

/// <summary>The target of a server's redirect, for messages.</summary>
internal static class RedirectTarget
{
    /// <summary>The address without user, password and query, which may be secrets; null if the response has no address, or an invalid one.</summary>
    internal static string? Of(HttpResponseMessage response, Uri asked) =>
        response.Headers.Location is { } location && Uri.TryCreate(asked, location, out Uri? target)
            ? target.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : null;
}
