using System.Text;
using System.Xml;
using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Formats;

/// <summary>Requests as Export-Clixml writes what Get-TokenRequest gives, known again by trace and span, else by all they say.</summary>
internal static class Clixml
{
    private const string Null = "Nil";
    private const string Structure = "Obj";

    // Where an object has its properties, and those that were added to it.
    private static readonly string[] Properties = ["Props", "MS"];

    public static readonly UsageFormat Format = new(ImportFormat.Clixml, "requests of Get-TokenRequest") { Read = Read };

    private static readonly RecordShape Shape = new("csv", Columns: null);

    /// <summary>Whether a file begins as one of Export-Clixml.</summary>
    public static bool IsBeginning(ReadOnlySpan<byte> head) => head.StartsWith("<Objs "u8);

    private static void Read(FormatInput input)
    {
        var requests = new RecordSink(input.Sink, Shape, null);
        using var reader = XmlReader.Create(input.Lines.AsStream(), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, IgnoreWhitespace = true, ConformanceLevel = ConformanceLevel.Fragment });
        try
        {
            // An object with a name is the value of a property; others are requests, or lists of them.
            bool hasName = false;
            for (reader.Read(); !reader.EOF; reader.Read())
            {
                if (reader is { NodeType: XmlNodeType.Element, Name: Structure })
                {
                    hasName = reader.GetAttribute("N") is not null;
                }
                else if (reader.NodeType == XmlNodeType.Element && !hasName && Properties.Contains(reader.Name))
                {
                    long line = ((IXmlLineInfo)reader).LineNumber;
                    input.Sink.Report.CountLine();
                    Dictionary<string, string> properties;
                    using (XmlReader one = reader.ReadSubtree())
                    {
                        properties = ReadProperties(one);
                    }
                    byte[] text = Encoding.UTF8.GetBytes(string.Concat(properties.Select(property => $"{property.Key}={property.Value}\n")));
                    string? reason = requests.Add(ColumnMap.OfNames(properties.Keys), name => properties.GetValueOrDefault(name), text);
                    if (reason is not null && requests.HasTokens)
                    {
                        input.Sink.Unreadable(line, reason);
                    }
                }
            }
        }
        catch (XmlException exception)
        {
            input.Sink.Unreadable(exception.LineNumber, "not XML; what follows is not read");
        }
    }

    private static Dictionary<string, string> ReadProperties(XmlReader reader)
    {
        var properties = new Dictionary<string, string>();
        string? outer = null;
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element || reader.GetAttribute("N") is not { } name)
            {
                continue;
            }
            if (reader.Name == Structure)
            {
                // A time is an object; what it is in UTC is a property of it.
                outer = name;
                continue;
            }
            bool isTime = name == "UtcDateTime" && outer is not null;
            properties[isTime ? outer! : name] = reader.Name == Null || reader.IsEmptyElement ? "" : ReadText(reader);
        }
        return properties;
    }

    private static string ReadText(XmlReader reader)
    {
        var text = new StringBuilder();
        while (reader.Read() && reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace)
        {
            text.Append(reader.Value);
        }
        return text.ToString();
    }
}
