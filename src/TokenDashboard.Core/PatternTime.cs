namespace TokenDashboard;

/// <summary>A time limit for all matches of untrusted patterns together. The time limit of a pattern is not sufficient, because there can be any number of patterns.</summary>
internal sealed class PatternTime(TimeSpan most)
{
    // If the computer sleeps during a match, this is the most that counts.
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    private long _left = most.Ticks;

    /// <summary>Adds time for more work, up to the limit, or takes time away.</summary>
    public void Grant(TimeSpan time)
    {
        if (Interlocked.Add(ref _left, time.Ticks) > most.Ticks)
            Interlocked.Exchange(ref _left, most.Ticks);
    }

    /// <summary>Matches a text. Can be called by several threads at the same time.</summary>
    /// <exception cref="RegexMatchTimeoutException">The match, or all matches together, took too long.</exception>
    public Match Match(Regex regex, string text)
    {
        if (Interlocked.Read(ref _left) <= 0)
            throw new RegexMatchTimeoutException(text, regex.ToString(), most);
        long begun = Stopwatch.GetTimestamp();
        try
        {
            return regex.Match(text);
        }
        finally
        {
            TimeSpan taken = Stopwatch.GetElapsedTime(begun);
            Interlocked.Add(ref _left, -(taken < LongestMatch ? taken : LongestMatch).Ticks);
        }
    }
}
