namespace TokenDashboard.Import.Reading;

/// <summary>
/// By what a format is recognised: the names in an object, as paths of up to three, through arrays too, and without those of the pages
/// around it; or the names of a CSV file's columns; and of <c>type</c>, <c>object</c> and the like also the value, as in
/// <c>type=session_meta</c>.
/// </summary>
internal sealed class Marks
{
    private const int MaxDepth = 3;
    private const int LongestWord = 40;

    private readonly HashSet<string> _names;

    private Marks(HashSet<string> names) => _names = names;

    public IEnumerable<string> Names => _names;

    public bool Has(params string[] names) => Array.TrueForAll(names, _names.Contains);

    public bool HasAny(params string[] names) => Array.Exists(names, _names.Contains);

    /// <summary>The marks of a line of JSON, whole or cut.</summary>
    public static Marks OfJson(ReadOnlySpan<byte> line)
    {
        var names = new HashSet<string>();
        var path = new List<(string Name, bool IsPage)>();
        // Not the final block, so that of a line that is cut off what is there is read.
        var reader = new Utf8JsonReader(line, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { AllowMultipleValues = true }));
        int objects = 0, pages = 0;
        string name = "";
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                        objects++;
                        break;
                    case JsonTokenType.EndObject:
                        objects--;
                        break;
                    case JsonTokenType.PropertyName when objects <= MaxDepth + pages:
                        path.RemoveRange(objects - 1, Math.Max(0, path.Count - objects + 1));
                        pages = path.TakeWhile(part => part.IsPage).Count();
                        path.Add((Encoding.UTF8.GetString(reader.ValueSpan), false));
                        name = string.Join('.', path.Skip(pages).Select(part => part.Name));
                        names.Add(name);
                        break;
                    case JsonTokenType.StartArray when path.Count > 0 && path.Count == objects && JsonLines.PageMembers.Contains(path[^1].Name):
                        path[^1] = path[^1] with { IsPage = true };
                        names.Remove(name);
                        break;
                    case JsonTokenType.String when objects <= MaxDepth + pages && reader.ValueSpan.Length <= LongestWord && (name.EndsWith("type", StringComparison.Ordinal) || name.EndsWith("object", StringComparison.Ordinal)):
                        names.Add($"{name}={Encoding.UTF8.GetString(reader.ValueSpan)}");
                        break;
                }
            }
        }
        catch (JsonException)
        {
            // A damaged line says nothing more; the next may.
        }
        return new Marks(names);
    }

    public static Marks OfCsv(string header) => new(header.Split(CsvRecords.DelimiterOf(header))
        .Select(name => name.Trim().Trim('"')).ToHashSet(StringComparer.OrdinalIgnoreCase));
}
