using Polly;
using Polly.Retry;

namespace TokenDashboard.Grafana.Http;

/// <summary>The result of an attempt: a response, or status 0 and a failure. Another attempt may succeed, after a wait that the server requests.</summary>
internal sealed record GrafanaAttempt(
    int Status = 0, byte[]? Body = null, string? Location = null, TokenDashboardException? Failure = null, bool MayPass = false, TimeSpan? RetryAfter = null)
{
    /// <summary>A request that an earlier attempt carried out.</summary>
    internal static GrafanaAttempt Done { get; } = new();
}

/// <summary>
/// Retries requests after temporary failures until the deadline of the request. The wait doubles, with a random part, or the server specifies it.
/// Before the first response, there are fewer retries, unless the connection waits for its server, because waiting does not correct a wrong address.
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
                string cause = attempt.Failure?.Message ?? $"{connection.Url} responded with status {attempt.Status}.";
                verbose(string.Create(CultureInfo.InvariantCulture, $"{cause} Retry {arguments.AttemptNumber + 1} follows in {arguments.RetryDelay.TotalSeconds:0.0} s."));
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    /// <summary>Retries until an attempt succeeds or fails permanently, or the time is up. Returns the last attempt.</summary>
    /// <exception cref="OperationCanceledException">The user canceled the command.</exception>
    internal GrafanaAttempt Run(Func<CancellationToken, GrafanaAttempt> attempt)
    {
        // A lookup between two attempts shares their deadline. Its failure is the failure of the outer request, and is retried with it.
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
