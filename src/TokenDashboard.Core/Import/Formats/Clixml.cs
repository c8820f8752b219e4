using System.Xml;
using System.Xml.Linq;
using TokenDashboard.Import.Reading;

namespace TokenDashboard.Import.Formats;

/// <summary>Results of Get-TokenRequest that Export-Clixml wrote. They are identified by trace and span or, without these, by all their values.</summary>
internal static class Clixml
{
    // The elements that contain the properties of an object, and those that were added to it.
    private static readonly string[] Properties = ["Props", "MS"];

    public static readonly UsageFormat Format = new(ImportFormat.Clixml, "requests of Get-TokenRequest") { Source = PlainRecords.Csv.Source };

    /// <summary>Whether a file begins like a file of Export-Clixml.</summary>
    public static bool IsBeginning(ReadOnlySpan<byte> head) => head.TrimStart(LineReader.Blanks).StartsWith("<Objs "u8);

    public static void Read(Stream content, ImportSink sink)
    {
        sink.Report.Format = Format.Name;
        var requests = new RecordSink(sink, Format);
        using var reader = XmlReader.Create(content, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, IgnoreWhitespace = true, ConformanceLevel = ConformanceLevel.Fragment });
        try
        {
            // An object with a name is the value of a property. Other objects are requests or lists of requests.
            bool hasName = false;
            reader.Read();
            while (!reader.EOF)
            {
                if (reader.NodeType == XmlNodeType.Element && !hasName && Properties.Contains(reader.Name))
                {
                    sink.Report.Lines++;
                    sink.LineNumber = ((IXmlLineInfo)reader).LineNumber;
                    // Moves past the element.
                    Dictionary<string, string> properties = ((XElement)XNode.ReadFrom(reader)).Elements().Where(property => NameOf(property) is not null)
                        .DistinctBy(NameOf).ToDictionary(property => NameOf(property)!, ValueOf);
                    byte[] text = Encoding.UTF8.GetBytes(string.Concat(properties.Select(property => $"{property.Key}={property.Value}\n")));
                    string? reason = requests.Add(ColumnMap.OfNames(properties.Keys), name => properties.GetValueOrDefault(name), text);
                    if (reason is not null && requests.Values.HasTokens)
                        sink.Unreadable(reason);
                    continue;
                }
                if (reader is { NodeType: XmlNodeType.Element, Name: "Obj" })
                    hasName = reader.GetAttribute("N") is not null;
                reader.Read();
            }
        }
        catch (XmlException exception)
        {
            sink.LineNumber = exception.LineNumber;
            sink.Unreadable("not XML; the rest of the file is skipped");
        }
    }

    private static string? NameOf(XElement property) => (string?)property.Attribute("N");

    // A time is an object, with the UTC time as a property.
    private static string ValueOf(XElement property) => property.Name.LocalName switch
    {
        "Nil" => "",
        "Obj" => property.Descendants().FirstOrDefault(inner => NameOf(inner) == "UtcDateTime")?.Value ?? "",
        _ => property.Value,
    };
}
