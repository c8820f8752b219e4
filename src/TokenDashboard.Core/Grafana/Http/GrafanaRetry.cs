using Polly;
using Polly.Retry;

namespace TokenDashboard.Grafana.Http;

/// <summary>How one try of a request ended: with a response, or with status 0 and a failure. Another try may pass, after the wait that the server requests.</summary>
internal sealed record GrafanaAttempt(
    int Status = 0, byte[]? Body = null, string? Location = null, TokenDashboardException? Failure = null, bool MayPass = false, TimeSpan? RetryAfter = null)
{
    /// <summary>A request that an earlier try carried out.</summary>
    internal static GrafanaAttempt Done { get; } = new();
}

/// <summary>
/// Retries requests after temporary failures until the deadline of the request, after a wait that doubles with a random part, or that the server requests.
/// Before the first response, there are fewer retries, unless the connection waits for its server: waiting does not correct a wrong address.
/// </summary>
internal sealed class GrafanaRetry(GrafanaConnection connection, Action<string> verbose, CancellationToken cancellation)
{
    private const int MaxRetries = 6;
    private const int MaxRetriesBeforeAnyAnswer = 2;

    private long _started;
    private bool _answered;
    private CancellationTokenSource? _running;

    private ResiliencePipeline<GrafanaAttempt> Pipeline => field ??= new ResiliencePipelineBuilder<GrafanaAttempt>()
        .AddRetry(new RetryStrategyOptions<GrafanaAttempt>
        {
            MaxRetryAttempts = connection.WaitForServer ? int.MaxValue : MaxRetries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = connection.RetryDelay,
            MaxDelay = TimeSpan.FromSeconds(10),
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Result is { } attempt && IsWorthRepeating(attempt, arguments.AttemptNumber)),
            DelayGenerator = arguments => ValueTask.FromResult(arguments.Outcome.Result?.RetryAfter),
            OnRetry = arguments =>
            {
                GrafanaAttempt attempt = arguments.Outcome.Result!;
                string cause = attempt.Failure?.Message ?? $"{connection.Url} answered with status {attempt.Status}.";
                verbose(string.Create(CultureInfo.InvariantCulture, $"{cause} Retry {arguments.AttemptNumber + 1} follows in {arguments.RetryDelay.TotalSeconds:0.0} s."));
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    /// <summary>Retries until a try succeeds, fails permanently, or the time is up; returns the last one.</summary>
    /// <exception cref="OperationCanceledException">The user cancelled.</exception>
    internal GrafanaAttempt Run(Func<CancellationToken, GrafanaAttempt> attempt)
    {
        // A look-up between two tries has their deadline; its failure is the outer request's failure, and is retried with it.
        if (_running is { } outer)
            return attempt(outer.Token);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(connection.Timeout);
        _running = deadline;
        _started = Stopwatch.GetTimestamp();
        GrafanaAttempt? last = null;
        try
        {
            return Pipeline.Execute(
                cancel =>
                {
                    last = attempt(cancel);
                    _answered |= last.Failure is null;
                    return last;
                },
                deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested && last is not null)
        {
            return last;
        }
        finally
        {
            _running = null;
        }
    }

    private bool IsWorthRepeating(GrafanaAttempt attempt, int retries) =>
        attempt.MayPass
        && (_answered || connection.WaitForServer || retries < MaxRetriesBeforeAnyAnswer)
        && (attempt.RetryAfter ?? TimeSpan.Zero) < connection.Timeout - Stopwatch.GetElapsedTime(_started);
}
