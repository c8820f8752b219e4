namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>What a table's cell shows beside its text.</summary>
public enum TableCell
{
    /// <summary>Nothing.</summary>
    Text,

    /// <summary>The text in the colour of its value.</summary>
    ColoredText,

    /// <summary>A background in the colour of its value.</summary>
    ColoredBackground,

    /// <summary>A bar from the field's minimum to its maximum.</summary>
    Bar,
}
