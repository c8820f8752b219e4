namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>What Grafana calculates from the values of a series.</summary>
public enum Calculation
{
    /// <summary>The arithmetic mean.</summary>
    Mean,

    /// <summary>The sum.</summary>
    Sum,

    /// <summary>The largest value.</summary>
    Maximum,

    /// <summary>The last value that is not null.</summary>
    Last,
}
