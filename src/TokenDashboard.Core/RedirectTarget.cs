namespace TokenDashboard;

/// <summary>Where a server redirects to, for messages.</summary>
internal static class RedirectTarget
{
    /// <summary>The address without user, password and query, which may be secrets; null if the answer has none, or one that cannot be read.</summary>
    internal static string? Of(HttpResponseMessage response, Uri asked) =>
        response.Headers.Location is { } location && Uri.TryCreate(asked, location, out Uri? target)
            ? target.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : null;
}
