namespace TokenDashboard.Parameters;

/// <summary>Paths in which wildcards are escaped. Tab completion escapes brackets in file names, also for parameters without wildcards.</summary>
internal static class EscapedPath
{
    /// <summary>Resolves a path literally. If only the path without escapes exists, that path is returned.</summary>
    internal static string Resolve(string path, Func<string, string> resolve)
    {
        string literal = resolve(path), text = WildcardPattern.Unescape(path);
        if (text == path || Path.Exists(literal))
            return literal;
        string unescaped = resolve(text);
        return Path.Exists(unescaped) ? unescaped : literal;
    }
}
