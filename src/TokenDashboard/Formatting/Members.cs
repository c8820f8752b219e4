using System.Collections.ObjectModel;
using System.ComponentModel;

namespace TokenDashboard.Formatting;

/// <summary>
/// The times of results in PowerShell, so that results can be exported and passed to other sessions. In every culture, a time has the same
/// text, with all digits. CSV files begin with these members, so there are also members for the properties that identify a result.
/// Public only because the types file can call nothing else.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Members
{
    /// <summary>A time.</summary>
    public static object? Start(PSObject row) => Time(row, nameof(Start));

    /// <summary>A time.</summary>
    public static object? End(PSObject row) => Time(row, nameof(End));

    /// <summary>A time.</summary>
    public static object? Timestamp(PSObject row) => Time(row, nameof(Timestamp));

    /// <summary>A time.</summary>
    public static object? FirstRequest(PSObject row) => Time(row, nameof(FirstRequest));

    /// <summary>A time.</summary>
    public static object? LastRequest(PSObject row) => Time(row, nameof(LastRequest));

    /// <summary>A time.</summary>
    public static object? AsOf(PSObject row) => Time(row, nameof(AsOf));

    /// <summary>A time.</summary>
    public static object? From(PSObject row) => Time(row, nameof(From));

    /// <summary>A time.</summary>
    public static object? Until(PSObject row) => Time(row, nameof(Until));

    /// <summary>A time.</summary>
    public static object? Created(PSObject row) => Time(row, nameof(Created));

    /// <summary>A time.</summary>
    public static object? Before(PSObject row) => Time(row, nameof(Before));

    /// <summary>The path or address of a store.</summary>
    public static object? Database(PSObject row) => Value(row, nameof(Database));

    /// <summary>The path of a file.</summary>
    public static object? Path(PSObject row) => Value(row, nameof(Path));

    /// <summary>The provider of a model.</summary>
    public static object? Provider(PSObject row) => Value(row, nameof(Provider));

    /// <summary>The name of a model.</summary>
    public static object? Model(PSObject row) => Value(row, nameof(Model));

    /// <summary>The uid of a dashboard.</summary>
    public static object? Uid(PSObject row) => Value(row, nameof(Uid));

    private static object? Value(PSObject row, string name) => row.BaseObject.GetType().GetProperty(name)?.GetValue(row.BaseObject);

    private static PSObject? Time(PSObject row, string name)
    {
        if (Value(row, name) is not DateTimeOffset time)
            return null;
        var output = new PSObject(time);
        output.Methods.Add(new TextMethod(time));
        return output;
    }

    /// <summary>The text of a time: ISO 8601, or the format that the operator -f or a column specifies.</summary>
    // PowerShell passes a format only to a method with overloads. Code methods and script methods have none.
    private sealed class TextMethod : PSMethodInfo
    {
        private readonly DateTimeOffset _time;

        public TextMethod(DateTimeOffset time)
        {
            SetMemberName("ToString");
            _time = time;
        }

        public override Collection<string> OverloadDefinitions => ["string ToString()", "string ToString(string format, System.IFormatProvider formatProvider)"];

        public override string TypeNameOfValue => typeof(PSMethodInfo).FullName!;

        public override PSMemberTypes MemberType => PSMemberTypes.CodeMethod;

        public override PSMemberInfo Copy() => new TextMethod(_time);

        public override object Invoke(params object[] arguments)
        {
            object? Argument(int index) => Wrapped.Inner(arguments.ElementAtOrDefault(index));
            return Argument(0) is IFormatProvider provider ? _time.ToString(provider)
                : Argument(0)?.ToString() is { Length: > 0 } format ? _time.ToString(format, Argument(1) as IFormatProvider ?? CultureInfo.CurrentCulture)
                : _time.ToString("O", CultureInfo.InvariantCulture);
        }
    }
}
