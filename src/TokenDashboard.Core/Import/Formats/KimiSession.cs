using TokenDashboard.Import.Reading;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Sessions of Kimi Code, as JSON lines, one file for each agent. Each request, also of a compaction, has a record of its usage, which has only the
/// user's name for the model; the line before it has the model. A fork copies all lines, so the line of the record identifies a request.
/// </summary>
internal sealed class KimiSession(ImportSink sink)
{
    public static readonly UsageFormat Format = new(ImportFormat.KimiCode, "usage.record")
    {
        IsJson = marks => marks.Has("type=metadata", "protocol_version") || marks.HasAny("type=usage.record", "type=llm.request"),
        Reader = (lines, sink, _) => JsonLines.ReadValues(lines, sink, new KimiSession(sink).ReadLine),
    };

    private readonly RecordSink _requests = new(sink, Format);
    private string? _prompt;
    private string? _model;
    private string? _sent;

    private string? ReadLine(JsonElement line)
    {
        switch (line.Text("type"))
        {
            case "turn.prompt":
                _prompt = line.Text("promptId");
                return JsonLines.NoRequest;
            case "llm.request":
                (_model, _sent) = (line.Text("model"), line.Text("time"));
                return JsonLines.NoRequest;
            case "usage.record":
                return Add(line, line.Member("usage"));
            default:
                return JsonLines.NoRequest;
        }
    }

    private string? Add(JsonElement line, JsonElement usage)
    {
        if ((usage.Text("inputOther") ?? usage.Text("output")) is null)
            return JsonLines.NoRequest;
        RequestValues values = _requests.Values;
        values.Clear();
        values.CacheIsExcluded = true;
        values[Timestamp] = _sent ?? line.Text("time");
        values[EndTime] = line.Text("time");
        values[TransactionId] = _prompt;
        values[Model] = _model ?? line.Text("model");
        values[RequestType] = "chat";
        values[PromptTokens] = usage.Text("inputOther");
        values[CompletionTokens] = usage.Text("output");
        values[CachedTokens] = usage.Text("inputCacheRead");
        values[CacheWriteTokens] = usage.Text("inputCacheCreation");
        values[Id] = Encoding.UTF8.GetString(line.Utf8());
        (_model, _sent) = (null, null);
        return _requests.Add(line.Utf8());
    }
}
