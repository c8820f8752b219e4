namespace TokenDashboard.Engines.Sqlite;

/// <summary>
/// Realistic sample requests: office hours and weekends, a few users with most of the tokens, several models, transactions
/// with a few requests, policy failures, and interrupted streams. The same arguments always produce the same requests.
/// </summary>
internal sealed class SampleRequests(int seed)
{
    private static readonly string[] Names =
    [
        "alice", "bob", "carol", "dmitri", "elena", "farid", "grace", "hiro", "ines", "jonas", "katya", "liam", "mei", "noor", "oscar", "priya",
        "quentin", "rosa", "sven", "tariq", "uma", "viktor", "wanda", "xiu", "yusuf", "zoe", "o'neill", "søren", "josé", "batch-indexer",
        "ci-bot", "support-widget", "etl-nightly", "intern-1", "intern-2", "intern-3", "contractor-a", "contractor-b", "demo", "qa",
    ];

    /// <summary>
    /// Some models have a price that depends on the size or the time of a request, and one has no price. Name, provider, share of requests, median
    /// prompt and completion tokens, tokens per second.
    /// </summary>
    private static readonly (string Model, string Provider, double Weight, double Prompt, double Completion, double Rate)[] Models =
    [
        ("gpt-4o-mini", "openai", 0.38, 700, 160, 95),
        ("gpt-4o", "openai", 0.22, 1100, 240, 70),
        ("claude-sonnet-4-5", "anthropic", 0.24, 1500, 320, 65),
        ("mistral-medium-latest", "mistral", 0.09, 900, 220, 55),
        // A private server with OpenAI's API, which no price list contains.
        ("nomic-embed-text", "openai", 0.07, 380, 0, 0),
    ];

    // The relative number of requests by hour of the day in UTC.
    private static readonly double[] HourWeights =
        [.15, .1, .1, .1, .15, .3, .6, 1.1, 1.8, 2.2, 2.3, 2.1, 1.6, 1.9, 2.2, 2.1, 1.8, 1.3, .8, .6, .5, .4, .3, .2];

    private readonly Random _random = new(seed);
    private readonly double[] _userWeights = [.. Enumerable.Range(1, Names.Length).Select(rank => 1 / Math.Pow(rank, 1.1))];

    /// <summary>Creates the requests of a number of days before an end, given the number on an average working day. A weekend day has about a quarter of that.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.RangeInvalid"/>: the start would be before the year 1.</exception>
    public IEnumerable<TokenRequest> Make(DateTimeOffset until, int days, int requestsPerDay)
    {
        DateTimeOffset end = new(until.UtcTicks - (until.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        return end.UtcTicks >= days * TimeSpan.TicksPerDay ? Requests(end, days, requestsPerDay) : throw new TokenDashboardException(
            ErrorCode.RangeInvalid, $"{days} days before {end:u} would be before the year 1. Use fewer -Days, or a later -Until.", target: until);
    }

    private IEnumerable<TokenRequest> Requests(DateTimeOffset end, int days, int requestsPerDay)
    {
        double hourSum = HourWeights.Sum();
        for (DateTimeOffset hour = end.AddDays(-days); hour < end; hour = hour.AddHours(1))
        {
            bool weekend = hour.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
            double trend = 1 + (0.4 * (1 - ((end - hour) / TimeSpan.FromDays(days))));
            double expected = requestsPerDay * HourWeights[hour.Hour] / hourSum * (weekend ? 0.25 : 1) * trend / 1.2;
            double noise = Math.Exp((0.25 * Gaussian()) - 0.03);
            int count = (int)Math.Floor((expected * noise) + Uniform());
            double[] seconds = [.. Enumerable.Range(0, count).Select(_ => Uniform() * 3600).Order()];
            string transaction = "";
            foreach (double second in seconds)
            {
                transaction = Uniform() switch { < 0.30 => "", < 0.65 when transaction.Length > 0 => transaction, _ => Hex(16) };
                yield return Request(hour.AddTicks((long)(second * 1e6) * TimeSpan.TicksPerMicrosecond), transaction);
            }
        }
    }

    private TokenRequest Request(DateTimeOffset timestamp, string transaction)
    {
        string user = Uniform() < 0.03 ? "" : Names[Pick(_userWeights)];
        (string model, string provider, _, double promptMedian, double completionMedian, double rate) = Models[Pick([.. Models.Select(m => m.Weight)])];
        bool embedding = rate == 0;
        bool interrupted = !embedding && Uniform() < 0.004;
        long prompt = (long)Math.Max(1, promptMedian * Math.Exp(0.9 * Gaussian()));
        long completion = embedding || interrupted ? 0 : (long)Math.Max(1, completionMedian * Math.Exp(0.8 * Gaussian()));
        double duration = (180 + (prompt / 40d) + (embedding ? 0 : completion / rate * 1000)) * Math.Exp(0.2 * Gaussian());
        return new TokenRequest
        {
            Id = 0,
            Timestamp = timestamp,
            Transaction = transaction,
            User = user,
            Model = model,
            Provider = provider,
            RequestType = embedding ? "embedding" : "chat",
            PromptTokens = prompt,
            CompletionTokens = completion,
            TotalTokens = prompt + completion,
            DurationMs = Math.Round(duration, 3),
            PolicyPassed = Uniform() >= 0.02,
            InterruptedStream = interrupted,
            TraceId = Hex(16),
            SpanId = Hex(8),
            ParentSpanId = "",
        };
    }

    private int Pick(double[] weights)
    {
        double remaining = Uniform() * weights.Sum();
        for (int i = 0; i < weights.Length - 1; i++)
        {
            remaining -= weights[i];
            if (remaining < 0)
                return i;
        }
        return weights.Length - 1;
    }

    private double Uniform() => _random.NextDouble();

    // Box-Muller transform.
    private double Gaussian() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    private string Hex(int bytes)
    {
        byte[] buffer = new byte[bytes];
        _random.NextBytes(buffer);
        return Convert.ToHexString(buffer).ToLowerInvariant();
    }
}
