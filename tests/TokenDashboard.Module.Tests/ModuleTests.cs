using System.Reflection;

namespace TokenDashboard.Module.Tests;

public class ModuleTests
{
    private const BindingFlags Members = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // ConvertTo-Json writes enum values as numbers, but 64-bit enum values as names.
    [Fact]
    public void Enums_in_results_have_64_bit_values()
    {
        using var session = new ModuleSession();

        Type[] enums = [.. Closure(OutputTypes(session), type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.PropertyType)).Where(type => type.IsEnum)];

        Assert.True(enums.Length > 5);
        Assert.DoesNotContain(enums, type => Enum.GetUnderlyingType(type) != typeof(long));
    }

    // Whatever is public must keep its name and its meaning, so nothing is public by accident.
    [Fact]
    public void Only_types_of_the_commands_and_the_dashboard_builder_are_public()
    {
        using var session = new ModuleSession();
        Assembly commands = session.Run("(Get-Command Get-TokenUsage).ImplementingType.Assembly").Succeeded().Select(assembly => (Assembly)assembly.BaseObject).Single();
        Type[] core = Assembly.Load(commands.GetReferencedAssemblies().Single(name => name.Name == "TokenDashboard.Core")).GetExportedTypes();
        // The builder has no command. DashboardTest is its check.
        IEnumerable<Type> builder = core.Where(type => type.Namespace == "TokenDashboard.Grafana.Model" || type.Name is "DashboardCatalog" or "DashboardTest" or "TokenDashboardException");

        HashSet<Type> used = Closure([.. commands.GetExportedTypes(), .. OutputTypes(session), .. builder], type =>
        [
            .. type.GetInterfaces().Append(type.BaseType).OfType<Type>(),
            .. type.GetFields(Members).Where(field => field.IsPublic || field.IsFamily).Select(field => field.FieldType),
            .. type.GetMethods(Members).Where(IsVisible).SelectMany(method => method.GetParameters().Append(method.ReturnParameter)).Select(parameter => parameter.ParameterType),
            .. type.GetConstructors(Members).Where(IsVisible).SelectMany(method => method.GetParameters()).Select(parameter => parameter.ParameterType),
        ]);

        Assert.Empty(core.Where(type => !used.Contains(type)).Select(type => type.FullName));
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily;

    private static Type[] OutputTypes(ModuleSession session) =>
        [.. session.Run("(Get-Command -Module TokenDashboard -CommandType Cmdlet).OutputType.Type").Succeeded().Select(type => (Type)type.BaseObject)];

    // The product's types among these and those that they use.
    private static HashSet<Type> Closure(IEnumerable<Type> types, Func<Type, IEnumerable<Type>> uses)
    {
        var seen = new HashSet<Type>();
        void Visit(Type type)
        {
            foreach (Type argument in type.GetGenericArguments().Append(type.GetElementType()).OfType<Type>())
                Visit(argument);
            type = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
            if (type.Namespace?.StartsWith(nameof(TokenDashboard), StringComparison.Ordinal) == true && !type.HasElementType && seen.Add(type))
            {
                foreach (Type used in uses(type))
                    Visit(used);
            }
        }
        foreach (Type type in types)
            Visit(type);
        return seen;
    }
}
