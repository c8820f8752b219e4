namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>What a span says of its tokens.</summary>
/// <param name="IsRequest">Whether it is a request by its kind.</param>
/// <param name="IsEvent">Whether it is an event in its parent, which repeats it.</param>
/// <param name="Prompt">Prompt tokens.</param>
/// <param name="Completion">Completion tokens.</param>
/// <param name="Cache">Those of the prompt tokens that were read from or written to the cache.</param>
/// <param name="Hour">The hour it began in.</param>
/// <param name="DurationMs">How long it took, or NaN.</param>
internal readonly record struct SpanTokens(bool IsRequest, bool IsEvent, long Prompt, long Completion, long Cache, long Hour, double DurationMs);

/// <summary>What the spans below a span tell of it.</summary>
internal enum SpanVerdict
{
    /// <summary>There are none with tokens, or they do not matter.</summary>
    Counts,

    /// <summary>It repeats their tokens.</summary>
    RepeatsThoseBelow,

    /// <summary>It and they are requests with tokens of their own.</summary>
    DiffersFromThoseBelow,

    /// <summary>They have other tokens, and take all of its time: it is they, counted in another way.</summary>
    LastsAsThoseBelow,
}
