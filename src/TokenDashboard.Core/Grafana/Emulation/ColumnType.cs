namespace TokenDashboard.Grafana.Emulation;

/// <summary>What the plugin takes a result column for.</summary>
public enum ColumnType
{
    /// <summary>No value decided it; the column is sent as numbers, all NULL.</summary>
    Unknown,

    /// <summary>Whole numbers of 64 bits.</summary>
    WholeNumber,

    /// <summary>Numbers with fractions.</summary>
    Number,

    /// <summary>Text; a label where series are made.</summary>
    Text,

    /// <summary>Times.</summary>
    Time,
}
