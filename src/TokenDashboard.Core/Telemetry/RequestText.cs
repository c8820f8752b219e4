namespace TokenDashboard.Telemetry;

/// <summary>The text columns of a scan, in addition to the numbers.</summary>
[Flags]
internal enum RequestText
{
    None = 0,
    User = 1,
    Model = 2,
    Provider = 4,
    RequestType = 8,
    Transaction = 16,

    /// <summary>The ids of trace, span and parent span.</summary>
    Spans = 32,

    /// <summary>The store.</summary>
    Source = 64,
    All = User | Model | Provider | RequestType | Transaction | Spans,
}

internal static class RequestTexts
{
    /// <summary>The text column with the same name as a dimension or an order; none for other dimensions and orders.</summary>
    public static RequestText Of(Enum dimension) => Enum.TryParse(dimension.ToString(), out RequestText text) ? text : RequestText.None;
}
