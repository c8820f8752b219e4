namespace TokenDashboard.Usage;

/// <summary>What the requests of one group have in common; members of dimensions not grouped by are null.</summary>
/// <param name="BucketTicks">First instant of the time bucket in UTC ticks, or 0.</param>
/// <param name="User">The user.</param>
/// <param name="Model">The model.</param>
/// <param name="Provider">The provider.</param>
/// <param name="RequestType">The kind of request.</param>
/// <param name="Transaction">The transaction.</param>
/// <param name="Source">The store.</param>
internal readonly record struct UsageKey(
    long BucketTicks, string? User, string? Model, string? Provider, string? RequestType, string? Transaction, string? Source)
{
    /// <summary>Orders keys by their names, by character codes.</summary>
    public int CompareNames(in UsageKey other)
    {
        int order = string.CompareOrdinal(User, other.User);
        order = order != 0 ? order : string.CompareOrdinal(Model, other.Model);
        order = order != 0 ? order : string.CompareOrdinal(Provider, other.Provider);
        order = order != 0 ? order : string.CompareOrdinal(RequestType, other.RequestType);
        order = order != 0 ? order : string.CompareOrdinal(Transaction, other.Transaction);
        return order != 0 ? order : string.CompareOrdinal(Source, other.Source);
    }
}
