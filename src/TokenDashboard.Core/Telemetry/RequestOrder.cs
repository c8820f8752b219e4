namespace TokenDashboard;

/// <summary>The property by which single requests are ordered.</summary>
public enum RequestOrder
{
    /// <summary>The row's id: nearly chronological, and the only order that does not require reading all requests first.</summary>
    Id,

    /// <summary>Time.</summary>
    Timestamp,

    /// <summary>Prompt tokens.</summary>
    PromptTokens,

    /// <summary>Completion tokens.</summary>
    CompletionTokens,

    /// <summary>Total tokens.</summary>
    TotalTokens,

    /// <summary>Cost; requests without a value come first.</summary>
    Cost,

    /// <summary>Duration; requests without a value come first.</summary>
    DurationMs,

    /// <summary>User, by Unicode code points.</summary>
    User,

    /// <summary>Model, by Unicode code points.</summary>
    Model,

    /// <summary>Provider, by Unicode code points.</summary>
    Provider,
}
