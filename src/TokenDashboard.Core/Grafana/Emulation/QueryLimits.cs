namespace TokenDashboard.Grafana.Emulation;

/// <summary>How far a query of a dashboard may go. Its SQL is somebody else's, and nothing else would end it.</summary>
/// <param name="Time">How long it may run.</param>
/// <param name="Memory">How much this process may grow meanwhile, in bytes.</param>
/// <param name="ValueLength">
/// The longest text, BLOB or row, in bytes. A function that compares two texts letter by letter cannot be stopped, and takes the square of
/// their length.
/// </param>
internal sealed record QueryLimits(TimeSpan Time, long Memory, int ValueLength)
{
    /// <summary>The most bytes a result may have: texts as they are held, and 32 for each value.</summary>
    internal const long MaxResultBytes = 256L << 20;

    /// <summary>The most values that filled gaps or the points of all series may make of a result.</summary>
    internal const int MaxPoints = 2_000_000;

    /// <summary>How often SQLite may copy common table expressions into one another.</summary>
    internal const int MaxCopies = 20_000;

    /// <summary>How many times as long as one query all queries of a dashboard may take.</summary>
    internal const int QueriesOfDashboard = 10;

    /// <summary>While the application that writes the database waits.</summary>
    internal static QueryLimits WhileWriterWaits { get; } = new(TimeSpan.FromMilliseconds(100), 64L << 20, 64 << 10);

    internal static QueryLimits Of(TimeSpan time) => new(time, 1L << 30, 1 << 20);
}
