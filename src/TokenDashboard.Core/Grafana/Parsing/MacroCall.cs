namespace TokenDashboard.Grafana.Parsing;

/// <summary>A call such as <c>$__name(arguments)</c>, as the plugin parses it: the arguments end at the first closing parenthesis.</summary>
internal sealed partial record MacroCall(string Name, Range Arguments, int Index, int Length)
{
    /// <summary>The only macro of the SQLite plugin.</summary>
    internal const string Group = "unixEpochGroupSeconds";

    internal static IEnumerable<MacroCall> In(string text) => Pattern().Matches(text).Where(match => match.Groups["end"].Success)
        .Select(match => (match, Arguments: match.Groups["arguments"]))
        .Select(call => new MacroCall(
            call.match.Groups["name"].Value, call.Arguments.Index..(call.Arguments.Index + call.Arguments.Length), call.match.Index, call.match.Length));

    // An unclosed call ends with the text. Therefore, each attempt matches, and the search stays linear.
    [GeneratedRegex(@"\$__(?<name>[A-Za-z0-9_]+)\((?<arguments>[^)]*)(?:(?<end>\))|\z)")] private static partial Regex Pattern();
}
