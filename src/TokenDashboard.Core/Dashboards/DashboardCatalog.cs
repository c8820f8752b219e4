namespace TokenDashboard.Dashboards;

/// <summary>The dashboards this product makes, by name.</summary>
public static class DashboardCatalog
{
    private static readonly IReadOnlyDictionary<string, Func<string?, Dashboard>> Definitions =
        new SortedDictionary<string, Func<string?, Dashboard>>(StringComparer.OrdinalIgnoreCase)
        {
            [OverviewDashboard.Name] = OverviewDashboard.Create,
            [UsersDashboard.Name] = UsersDashboard.Create,
            [RequestsDashboard.Name] = RequestsDashboard.Create,
            [ModelsDashboard.Name] = ModelsDashboard.Create,
        };

    /// <summary>The names, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Definitions.Keys];

    /// <summary>The file a dashboard is written to in a folder: <c>Overview</c> becomes <c>overview.json</c>.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static string FileName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return string.Concat(name.Select((letter, index) => (index > 0 && char.IsUpper(letter) ? "-" : "") + char.ToLowerInvariant(letter))) + ".json";
    }

    /// <summary>Makes a dashboard.</summary>
    /// <param name="name">One of <see cref="Names"/>, in any case.</param>
    /// <param name="uid">The uid in place of the dashboard's own, or null. Links of the dashboard to itself follow it.</param>
    /// <param name="title">The title in place of the dashboard's own, or null.</param>
    /// <param name="forSharing">Whether the JSON is for import by hand on Grafana's import page.</param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardNotFound"/>: there is no such name.
    /// <see cref="ErrorCode.DashboardInvalid"/>: Grafana would not accept the uid or the title.</exception>
    public static DashboardDocument Create(string name, string? uid = null, string? title = null, bool forSharing = false) =>
        Define(name, uid, title).ToDocument(forSharing).Named(NameOf(name));

    /// <summary>The definition of a dashboard, to be changed or added to with <c>with</c> before it is made into JSON.</summary>
    /// <param name="name">One of <see cref="Names"/>, in any case.</param>
    /// <param name="uid">The uid in place of the dashboard's own, or null. Links of the dashboard to itself follow it.</param>
    /// <param name="title">The title in place of the dashboard's own, or null.</param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardNotFound"/>: there is no such name.</exception>
    public static Dashboard Define(string name, string? uid = null, string? title = null)
    {
        Dashboard dashboard = Definitions[NameOf(name)](uid);
        return dashboard with { Title = title ?? dashboard.Title };
    }

    /// <summary>A name of the catalogue as it is written there.</summary>
    internal static string NameOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Names.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw new TokenDashboardException(
            ErrorCode.DashboardNotFound,
            $"There is no dashboard named '{name}'. Give one of: {string.Join(", ", Names)}.",
            target: name);
    }
}
