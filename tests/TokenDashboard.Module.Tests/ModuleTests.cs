using System.Management.Automation;
using System.Reflection;

namespace TokenDashboard.Module.Tests;

public class ModuleTests
{
    // ConvertTo-Json writes enum values as numbers, but 64-bit enum values as names.
    [Fact]
    public void Enums_in_results_have_64_bit_values()
    {
        using var session = new ModuleSession();
        var seen = new HashSet<Type>();
        var enumerations = new HashSet<Type>();
        void Visit(Type type)
        {
            type = Nullable.GetUnderlyingType(type) ?? type.GetElementType() ?? type;
            if (type.IsEnum)
                enumerations.Add(type);
            foreach (Type argument in type.GetGenericArguments())
                Visit(argument);
            if (type.Namespace?.StartsWith(nameof(TokenDashboard), StringComparison.Ordinal) == true && seen.Add(type))
            {
                foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
                    Visit(property.PropertyType);
            }
        }
        foreach (PSObject output in session.Run("(Get-Command -Module TokenDashboard -CommandType Cmdlet).OutputType.Type").Succeeded())
            Visit((Type)output.BaseObject);

        Assert.True(enumerations.Count > 5);
        Assert.DoesNotContain(enumerations, type => Enum.GetUnderlyingType(type) != typeof(long));
    }
}
