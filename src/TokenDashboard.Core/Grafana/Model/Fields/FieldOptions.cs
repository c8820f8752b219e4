using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>How values are shown. What is null keeps Grafana's default, or in a <see cref="FieldOverride"/> the panel's.</summary>
public sealed record FieldOptions
{
    /// <summary>The unit, one of <see cref="Units"/> or of Grafana's other ids.</summary>
    public string? Unit { get; init; }

    /// <summary>Digits after the decimal point.</summary>
    public int? Decimals { get; init; }

    /// <summary>The value at the beginning of a dial, a bar or a colour scale.</summary>
    public double? Min { get; init; }

    /// <summary>The value at the end of a dial, a bar or a colour scale.</summary>
    public double? Max { get; init; }

    /// <summary>The name shown in place of the column's; may hold <c>${__field.labels.x}</c>.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The text shown where there is no value.</summary>
    public string? NoValue { get; init; }

    /// <summary>How colours are chosen.</summary>
    public FieldColor? Color { get; init; }

    /// <summary>From which value on a colour holds, ascending. The first holds for everything below the second, whatever its value.</summary>
    public IReadOnlyList<Threshold>? Thresholds { get; init; }

    /// <summary>Whether thresholds are percentages between <see cref="Min"/> and <see cref="Max"/>, 0 to 100.</summary>
    public bool ThresholdsInPercent { get; init; }

    /// <summary>Colours of certain texts.</summary>
    public IReadOnlyDictionary<string, string>? TextColors { get; init; }

    /// <summary>Values shown as another text or in another colour.</summary>
    public IReadOnlyList<ValueMapping>? Mappings { get; init; }

    /// <summary>Links on values.</summary>
    public IReadOnlyList<DataLink>? Links { get; init; }

    /// <summary>The properties that are set, under Grafana's names and always in this order.</summary>
    internal IEnumerable<KeyValuePair<string, JsonNode?>> Write()
    {
        if (Unit is not null)
        {
            yield return new("unit", Unit);
        }
        if (Decimals is { } decimals)
        {
            yield return new("decimals", decimals);
        }
        if (Min is { } min)
        {
            yield return new("min", min);
        }
        if (Max is { } max)
        {
            yield return new("max", max);
        }
        if (DisplayName is not null)
        {
            yield return new("displayName", DisplayName);
        }
        if (NoValue is not null)
        {
            yield return new("noValue", NoValue);
        }
        if (Color is not null)
        {
            yield return new("color", Color.Write());
        }
        if (Thresholds is not null)
        {
            yield return new("thresholds", new JsonObject
            {
                ["mode"] = ThresholdsInPercent ? "percentage" : "absolute",
                ["steps"] = new JsonArray([.. Thresholds.Select((threshold, index) =>
                    new JsonObject { ["color"] = threshold.Color, ["value"] = index == 0 ? null : threshold.From })]),
            });
        }
        if (TextColors is not null || Mappings is not null)
        {
            var mappings = new JsonArray([.. (Mappings ?? []).Select((mapping, index) => mapping.Write(index))]);
            if (TextColors is not null)
            {
                int first = mappings.Count;
                mappings.Add(new JsonObject
                {
                    ["type"] = "value",
                    ["options"] = new JsonObject(TextColors.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select((pair, index) =>
                        KeyValuePair.Create(pair.Key, (JsonNode?)new JsonObject { ["color"] = pair.Value, ["index"] = first + index }))),
                });
            }
            yield return new("mappings", mappings);
        }
        if (Links is not null)
        {
            yield return new("links", new JsonArray([.. Links.Select(link => link.Write())]));
        }
    }
}
