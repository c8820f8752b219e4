namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>What is no ordinary value.</summary>
public enum SpecialValue
{
    /// <summary>No value.</summary>
    Null,

    /// <summary>The result of a division of zero by zero, for instance.</summary>
    NotANumber,

    /// <summary>Either of them.</summary>
    NullOrNotANumber,

    /// <summary>The empty text.</summary>
    Empty,
}
