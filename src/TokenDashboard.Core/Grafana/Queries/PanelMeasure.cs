namespace TokenDashboard.Grafana.Queries;

/// <summary>The contents of a panel's column, and its name.</summary>
internal abstract record PanelMeasure(string Title)
{
    /// <summary>Whether it is a sum that needs prices. Without prices, it is NULL and not 0.</summary>
    internal bool IsPricedSum => this is SumMeasure sum && Measures.Priced.Contains(sum.Measure);
}

internal sealed record SumMeasure(string Title, Measure Measure) : PanelMeasure(Title);

/// <summary>A sum per unit of another sum, multiplied by a factor.</summary>
internal sealed record RatioMeasure(string Title, Measure Measure, Measure Per, double Factor = 1) : PanelMeasure(Title);

/// <summary>A sum per hour of the time range up to now.</summary>
internal sealed record HourlyMeasure(string Title, Measure Measure) : PanelMeasure(Title);

/// <summary>The number of known users.</summary>
internal sealed record UsersMeasure(string Title) : PanelMeasure(Title);

internal sealed record TimeMeasure(string Title, bool Last) : PanelMeasure(Title);

internal sealed record PercentileMeasure(string Title, int Percent) : PanelMeasure(Title);

/// <summary>The share of all tokens.</summary>
internal sealed record ShareMeasure(string Title) : PanelMeasure(Title);

/// <summary>Tokens in the previous period; NULL if the store does not cover all of it.</summary>
internal sealed record PreviousMeasure(string Title) : PanelMeasure(Title);

/// <summary>The relative change of tokens from the previous period.</summary>
internal sealed record ChangeMeasure(string Title) : PanelMeasure(Title);

/// <summary>The model with the most tokens.</summary>
internal sealed record MainModelMeasure(string Title) : PanelMeasure(Title);

internal enum PanelDimension
{
    User,
    Model,
    Provider,
    RequestType,
}

internal static class PanelMeasures
{
    internal static readonly SumMeasure TotalTokens = new("Total tokens", Measures.TotalTokens);
    internal static readonly SumMeasure Tokens = new("Tokens", Measures.TotalTokens);
    internal static readonly SumMeasure PromptTokens = new("Prompt tokens", Measures.PromptTokens);
    internal static readonly SumMeasure CompletionTokens = new("Completion tokens", Measures.CompletionTokens);
    internal static readonly SumMeasure Requests = new("Requests", Measures.Requests);
    internal static readonly SumMeasure PolicyFailures = new("Policy failures", Measures.PolicyFailures);
    internal static readonly SumMeasure InterruptedStreams = new("Interrupted streams", Measures.InterruptedStreams);
    internal static readonly UsersMeasure Users = new("Users");
    internal static readonly RatioMeasure TokensPerRequest = new("Tokens per request", Measures.TotalTokens, Measures.Requests);
    internal static readonly RatioMeasure MeanDuration = new("Mean duration", Measures.DurationMs, Measures.TimedRequests);
    internal static readonly SumMeasure Cost = new("Cost", Measures.Cost);
    internal static readonly TimeMeasure LastSeen = new("Last seen", Last: true);

    internal static readonly PanelMeasure[] Headline = [TotalTokens, PromptTokens, CompletionTokens, Requests, Users, PolicyFailures, TokensPerRequest, Cost];
}
