namespace TokenDashboard.Dashboards.Queries;

/// <summary>What a column of a panel shows.</summary>
/// <param name="Title">The name of the column.</param>
internal abstract record PanelMeasure(string Title);

/// <summary>The sum of a measure of the relation.</summary>
internal sealed record SumMeasure(string Title, string Column) : PanelMeasure(Title);

/// <summary>One sum for each unit of another.</summary>
internal sealed record RatioMeasure(string Title, string Column, string Per) : PanelMeasure(Title)
{
    /// <summary>What the quotient is multiplied with.</summary>
    internal double Factor { get; init; } = 1;
}

/// <summary>How many users there are; unknown ones do not count.</summary>
internal sealed record UsersMeasure(string Title) : PanelMeasure(Title);

/// <summary>The first or the last time.</summary>
internal sealed record TimeMeasure(string Title, string Column, bool Last) : PanelMeasure(Title);

/// <summary>The duration that so many percent of the requests did not exceed.</summary>
internal sealed record PercentileMeasure(string Title, int Percent) : PanelMeasure(Title);

/// <summary>The part of all tokens.</summary>
internal sealed record ShareMeasure(string Title) : PanelMeasure(Title);

/// <summary>Tokens in the period before; NULL where the store does not know all of it.</summary>
internal sealed record PreviousMeasure(string Title) : PanelMeasure(Title);

/// <summary>How far tokens are above or below those of the period before, as a fraction.</summary>
internal sealed record ChangeMeasure(string Title) : PanelMeasure(Title);

/// <summary>The model with most tokens.</summary>
internal sealed record MainModelMeasure(string Title) : PanelMeasure(Title);

/// <summary>The names that usage has.</summary>
internal enum PanelDimension
{
    User,
    Model,
    Provider,
    RequestType,
}

/// <summary>The measures that several panels show.</summary>
internal static class PanelMeasures
{
    internal static readonly SumMeasure TotalTokens = new("Total tokens", "total_tokens");
    internal static readonly SumMeasure Tokens = new("Tokens", "total_tokens");
    internal static readonly SumMeasure PromptTokens = new("Prompt tokens", "prompt_tokens");
    internal static readonly SumMeasure CompletionTokens = new("Completion tokens", "completion_tokens");
    internal static readonly SumMeasure Requests = new("Requests", "requests");
    internal static readonly SumMeasure PolicyFailures = new("Policy failures", "policy_failures");
    internal static readonly SumMeasure InterruptedStreams = new("Interrupted streams", "broken_streams");
    internal static readonly UsersMeasure Users = new("Users");
    internal static readonly RatioMeasure TokensPerRequest = new("Tokens per request", "total_tokens", "requests");
    internal static readonly RatioMeasure MeanDuration = new("Mean duration", "duration_ms", "timed_requests");
    internal static readonly TimeMeasure LastSeen = new("Last seen", "last_time", Last: true);

    internal static readonly PanelMeasure[] Headline = [TotalTokens, PromptTokens, CompletionTokens, Requests, Users, PolicyFailures, TokensPerRequest];
}
