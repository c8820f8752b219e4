using System.Text.RegularExpressions;

namespace TokenDashboard.Pricing;

/// <summary>A condition on a name, as in price lists: <c>{"starts_with": "gpt-4o"}</c>, or several with <c>or</c> and <c>and</c>.</summary>
internal abstract class MatchClause
{
    /// <summary>The names of conditions on a name. Names are not case-sensitive. <c>regex</c> is matched against the name in lower case.</summary>
    public static readonly IReadOnlyList<string> Names = ["equals", "starts_with", "ends_with", "contains", "regex", "or", "and"];

    /// <summary>The condition that matches a name in lower case, as text; null if none matches.</summary>
    public abstract string? Matched(string name);

    /// <summary>The condition as text, such as <c>starts_with gpt-4o</c>.</summary>
    public abstract override string ToString();

    /// <summary>A condition on one text.</summary>
    /// <exception cref="RegexParseException">The pattern is invalid.</exception>
    public static MatchClause One(string kind, string text) => kind == "regex" ? new Pattern(text) : new Simple(kind, text.ToLowerInvariant());

    public static MatchClause Any(IReadOnlyList<MatchClause> clauses) => new Several(clauses, all: false);

    public static MatchClause All(IReadOnlyList<MatchClause> clauses) => new Several(clauses, all: true);

    private sealed class Simple(string kind, string text) : MatchClause
    {
        public override string? Matched(string name) => kind switch
        {
            "equals" => name == text,
            "starts_with" => name.StartsWith(text, StringComparison.Ordinal),
            "ends_with" => name.EndsWith(text, StringComparison.Ordinal),
            _ => name.Contains(text, StringComparison.Ordinal),
        } ? ToString() : null;

        public override string ToString() => $"{kind} {text}";
    }

    private sealed class Pattern(string pattern) : MatchClause
    {
        // The patterns of lists are JavaScript patterns. A pattern of a downloaded list must not block the command.
        private readonly Regex _regex = new(pattern, RegexOptions.ECMAScript, TimeSpan.FromMilliseconds(100));

        public override string? Matched(string name)
        {
            try
            {
                return _regex.IsMatch(name) ? ToString() : null;
            }
            catch (RegexMatchTimeoutException exception)
            {
                throw new TokenDashboardException(
                    ErrorCode.PriceListInvalid, $"The pattern '{pattern}' of the price list takes too long for the name '{name}'. Simplify it.", exception, pattern);
            }
        }

        public override string ToString() => $"regex {pattern}";
    }

    private sealed class Several(IReadOnlyList<MatchClause> clauses, bool all) : MatchClause
    {
        public override string? Matched(string name)
        {
            if (!all)
                return clauses.Select(clause => clause.Matched(name)).FirstOrDefault(matched => matched is not null);
            string?[] matched = [.. clauses.Select(clause => clause.Matched(name)).TakeWhile(one => one is not null)];
            return matched.Length == clauses.Count ? string.Join(" and ", matched) : null;
        }

        public override string ToString() => string.Join(all ? " and " : " or ", clauses);
    }
}
