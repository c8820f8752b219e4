using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Panels;

/// <summary>Text in Markdown. It has no query; variables in the text are replaced.</summary>
public sealed record TextPanel : Panel
{
    /// <summary>The text.</summary>
    public required string Content { get; init; }

    internal override string Type => "text";

    internal override string TypeName => "Text";

    internal override JsonObject WriteOptions() => new() { ["mode"] = "markdown", ["content"] = Content };
}
