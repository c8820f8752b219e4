using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Commands;

/// <summary>What commands share that publish many things: one thing's trouble keeps no other back, and each has its outcome known.</summary>
public abstract class PublishCmdlet : TokenCmdlet
{
    private bool _prepared;
    private bool _begun;
    private int _unfinished;
    private TokenDashboardException? _ended;

    /// <summary>Whether everything there was to read could be read, and everything was dealt with.</summary>
    private protected bool Complete => _unfinished == 0;

    private protected PublishCallbacks Callbacks =>
        new((target, action) => ShouldProcess(target, action), WriteVerbose, WriteWarning, WriteDebug);

    /// <summary>Does some of the work, and remembers whether it ended in an error.</summary>
    private protected void Track(Action work)
    {
        _unfinished++;
        Guard(() =>
        {
            work();
            _unfinished--;
        });
    }

    /// <summary>
    /// Publishes one thing to a server. Where the server fails after others were published, this thing is Failed and those after it are
    /// Skipped, before the command ends with the failure.
    /// </summary>
    /// <param name="thing">What is published.</param>
    /// <param name="prepare">Makes sure of what it needs; after a failure there nothing further can work.</param>
    /// <param name="publish">Publishes it.</param>
    private protected void Publish(GrafanaPublishResult thing, Func<IEnumerable<GrafanaPublishResult>> prepare, Func<IEnumerable<GrafanaPublishResult>> publish)
    {
        if (_ended is not null)
        {
            WriteObject(thing with { Action = GrafanaPublishAction.Skipped, Message = $"Not tried, because the run ended before with {_ended.Code}." });
            return;
        }
        _prepared = false;
        try
        {
            WriteAll(prepare());
            _prepared = true;
            WriteAll(publish());
            _begun = true;
        }
        catch (TokenDashboardException exception) when (_begun && IsTerminating(exception))
        {
            _ended = exception;
            WriteObject(thing with { Action = GrafanaPublishAction.Failed, Message = exception.Message });
        }
    }

    private protected void WriteAll(IEnumerable<GrafanaPublishResult> results)
    {
        foreach (GrafanaPublishResult result in results)
        {
            WriteObject(result);
        }
    }

    private protected override void Finish()
    {
        if (_ended is not null)
        {
            ThrowTerminatingError(_ended.ToErrorRecord());
        }
    }

    /// <summary>One thing's trouble is one error record; a server or folder that takes none of them ends the command.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) => exception.Code switch
    {
        ErrorCode.DashboardInvalid or ErrorCode.DashboardNotFound or ErrorCode.AlertRuleInvalid or ErrorCode.AlertRuleNotFound => false,
        _ => !_prepared || exception.Code.EndsEverything(),
    };
}
