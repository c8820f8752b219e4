namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>The key of a rollup row. Unknown names are empty, like the user of rows for all users. <see cref="Telemetry.InputSize"/> defines the input class.</summary>
internal sealed record RollupGroup(bool AllUsers, string User, string Model, string Provider, string RequestType, int InputClass)
{
    // Groups are looked up several times for each request.
    private readonly int _hash = HashCode.Combine(AllUsers, User, Model, Provider, RequestType, InputClass);
    private RollupGroup? _allUsers;

    /// <summary>The group with the same names for all users.</summary>
    public RollupGroup OfAllUsers() => _allUsers ??= new RollupGroup(true, "", Model, Provider, RequestType, InputClass);

    public bool Equals(RollupGroup? other) => ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && (AllUsers, User, Model, Provider, RequestType, InputClass)
            == (other.AllUsers, other.User, other.Model, other.Provider, other.RequestType, other.InputClass));

    public override int GetHashCode() => _hash;
}

/// <summary>The key of a rollup row with its level and start.</summary>
internal readonly record struct RollupKey(RollupLevel Level, long Start, RollupGroup Group);
