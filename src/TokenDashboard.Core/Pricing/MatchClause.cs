namespace TokenDashboard.Pricing;

/// <summary>A condition on a name, as in price lists: <c>{"starts_with": "gpt-4o"}</c>, or several conditions with <c>or</c> and <c>and</c>.</summary>
internal sealed class MatchClause
{
    /// <summary>The types of conditions on a name. Names are not case-sensitive.</summary>
    public static readonly IReadOnlyList<string> Names = ["equals", "starts_with", "ends_with", "contains", "regex", "or", "and"];

    private readonly string _kind;
    private readonly string _text;
    private readonly Regex? _regex;
    private readonly IReadOnlyList<MatchClause> _parts = [];

    /// <summary>A condition on one text.</summary>
    /// <exception cref="RegexParseException">The pattern is invalid.</exception>
    public MatchClause(string kind, string text)
    {
        _kind = kind;
        _text = kind == "regex" ? text : text.ToLowerInvariant();
        // The patterns of lists are JavaScript patterns. A pattern of a downloaded list must not block the command. The time is sufficient for any other
        // pattern, even on a busy machine.
        _regex = kind == "regex" ? new Regex(text, RegexOptions.ECMAScript | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)) : null;
    }

    /// <summary>Several conditions with <c>or</c> or <c>and</c>.</summary>
    public MatchClause(string kind, IReadOnlyList<MatchClause> parts) => (_kind, _text, _parts) = (kind, "", parts);

    /// <summary>The condition that matches a lowercase name, as text; null if none matches. All patterns of a list share their time.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.PriceListInvalid"/>: the patterns take too long.</exception>
    public string? Matched(string name, PatternTime time)
    {
        if (_kind == "or")
            return _parts.Select(part => part.Matched(name, time)).FirstOrDefault(matched => matched is not null);
        if (_kind != "and")
            return Holds(name, time) ? ToString() : null;
        string?[] matched = [.. _parts.Select(part => part.Matched(name, time)).TakeWhile(one => one is not null)];
        return matched.Length == _parts.Count ? string.Join(" and ", matched) : null;
    }

    /// <summary>The condition as text, such as <c>starts_with gpt-4o</c>.</summary>
    public override string ToString() => _kind is "or" or "and" ? string.Join($" {_kind} ", _parts) : $"{_kind} {_text}";

    private bool Holds(string name, PatternTime time)
    {
        try
        {
            return _kind switch
            {
                "equals" => name == _text,
                "starts_with" => name.StartsWith(_text, StringComparison.Ordinal),
                "ends_with" => name.EndsWith(_text, StringComparison.Ordinal),
                "regex" => time.Match(_regex!, name).Success,
                _ => name.Contains(_text, StringComparison.Ordinal),
            };
        }
        catch (RegexMatchTimeoutException exception)
        {
            throw new TokenDashboardException(
                ErrorCode.PriceListInvalid, $"The patterns of the price list take too long, such as '{_text}' for the name '{name}'. Simplify them, or use another list.", exception, _text);
        }
    }
}
