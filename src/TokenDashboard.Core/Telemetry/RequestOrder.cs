namespace TokenDashboard.Telemetry;

/// <summary>The property single requests are ordered by.</summary>
public enum RequestOrder
{
    /// <summary>The row's id: nearly the order of time, and the only order that needs no look at every request first.</summary>
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

    /// <summary>User, by character codes.</summary>
    User,

    /// <summary>Model, by character codes.</summary>
    Model,

    /// <summary>Provider, by character codes.</summary>
    Provider,
}
