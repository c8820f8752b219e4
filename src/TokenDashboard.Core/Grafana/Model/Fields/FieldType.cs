namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>What a column holds. The SQLite data source knows no other types.</summary>
public enum FieldType
{
    /// <summary>Numbers.</summary>
    Number,

    /// <summary>Text.</summary>
    Text,

    /// <summary>Times.</summary>
    Time,
}
