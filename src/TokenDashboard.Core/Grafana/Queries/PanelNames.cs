namespace TokenDashboard.Grafana.Queries;

/// <summary>Names that panels, variables and the SQL of all engines have in common.</summary>
internal static class PanelNames
{
    /// <summary>The name of an unknown user, model or provider, in panels and in the variables' lists.</summary>
    internal const string Unknown = "(none)";

    /// <summary>The name under which the names below the top are added up.</summary>
    internal const string Other = "(other)";

    /// <summary>The variable that stands for the user of a repeated row.</summary>
    internal const string RowUser = "row_user";
}
