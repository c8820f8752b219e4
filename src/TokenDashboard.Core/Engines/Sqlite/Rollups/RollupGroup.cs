namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>What the requests of one row of the rollups have in common.</summary>
/// <param name="AllUsers">Whether all users are summed up; the user is empty then.</param>
/// <param name="User">The user; empty where unknown.</param>
/// <param name="Model">The model; empty where unknown.</param>
/// <param name="Provider">The provider; empty where unknown.</param>
/// <param name="RequestType">The kind of request; empty where unknown.</param>
/// <param name="InputClass">The class of <see cref="Telemetry.InputSize"/>; 0 for most groups.</param>
internal sealed record RollupGroup(bool AllUsers, string User, string Model, string Provider, string RequestType, int InputClass)
{
    /// <summary>The group of the same requests and those of all other users.</summary>
    public RollupGroup OfAllUsers() => this with { AllUsers = true, User = "" };
}

/// <summary>The place of a row of the rollups.</summary>
internal readonly record struct RollupKey(RollupLevel Level, long Start, RollupGroup Group);
