namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>A colour that holds from a value on.</summary>
/// <param name="From">The smallest value of this colour, in the field's unit.</param>
/// <param name="Color">A name of Grafana's palette such as <c>green</c>, or <c>#rrggbb</c>.</param>
public sealed record Threshold(double From, string Color);
