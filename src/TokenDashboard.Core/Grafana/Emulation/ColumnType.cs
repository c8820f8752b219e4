namespace TokenDashboard;

/// <summary>The type of a result column in the plugin.</summary>
public enum ColumnType : long
{
    /// <summary>Unknown, because all values are NULL. The column is sent as numbers.</summary>
    Unknown,
    /// <summary>Whole numbers of 64 bits.</summary>
    WholeNumber,
    /// <summary>Numbers with fractions.</summary>
    Number,
    /// <summary>Text, which becomes a label of series.</summary>
    Text,
    /// <summary>Times.</summary>
    Time,
}
