namespace TokenDashboard.Dashboards;

/// <summary>A link on the values of a panel.</summary>
/// <param name="Title">The text of the link.</param>
/// <param name="Url">
/// The address; may hold <c>${__data.fields.Name}</c> and Grafana's other variables. Begin at <c>/d/</c> for a dashboard.
/// </param>
public sealed record DataLink(string Title, string Url);
