using System.Text.Json;
using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>What the browser does with a panel's results before it draws them. SQL does the same and differs less between versions of Grafana.</summary>
public sealed record Transformation
{
    private readonly JsonObject _options;

    /// <summary>A transformation of Grafana.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="options">Its options, a JSON object.</param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardInvalid"/>: the options are not a JSON object.</exception>
    public Transformation(string id, string options)
    {
        Id = id;
        try
        {
            _options = JsonInput.Parse(options) as JsonObject ?? throw new JsonException("it is not an object");
        }
        catch (JsonException exception)
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardInvalid, $"The options of the transformation '{id}' cannot be read ({exception.Message}). Use a JSON object.", exception, id);
        }
    }

    /// <summary>Grafana's id of the transformation.</summary>
    public string Id { get; }

    internal JsonObject Write() => new() { ["id"] = Id, ["options"] = _options.DeepClone() };
}
