using TokenDashboard.Telemetry;

namespace TokenDashboard.Store.Rollups;

/// <summary>What is asked of a store.</summary>
/// <param name="Filter">Which requests.</param>
/// <param name="Texts">The names the question tells apart.</param>
/// <param name="BoundaryAfter">The first boundary the question draws after an instant, in UTC ticks; null where it draws none.</param>
/// <param name="CountsRemoved">Whether requests whose rows were removed count, of which only sums are left.</param>
internal sealed record RollupQuestion(RequestFilter Filter, RequestText Texts, Func<long, long>? BoundaryAfter, bool CountsRemoved)
{
    /// <summary>Whether sums by time, user, model, provider and request type can answer the question.</summary>
    public bool IsAboutSums => Filter.Transaction.Count == 0 && !Filter.PolicyFailed && Filter.MinTokens == 0
        && (Texts & (RequestText.Transaction | RequestText.Spans)) == RequestText.None;

    /// <summary>Whether users must be told apart.</summary>
    public bool NeedsUsers => Texts.HasFlag(RequestText.User) || Filter.User.Count > 0;
}
