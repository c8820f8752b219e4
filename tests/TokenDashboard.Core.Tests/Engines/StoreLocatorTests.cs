using TokenDashboard.Engines;

namespace TokenDashboard.Tests.Engines;

// Environment variables belong to the whole process, so only this class touches these, and its tests run one by one.
public sealed class StoreLocatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StoreLocatorTests() => Clear();

    [Fact]
    public void The_environment_variable_takes_precedence()
    {
        Configure("logging: { sqlite: { enabled: true, database: other.db } }");
        Environment.SetEnvironmentVariable(StoreLocator.DatabaseVariable, "data/store.db");

        Assert.Equal(_folder.File("data/store.db"), StoreLocator.FindDefault(_folder.Path));
    }

    [Fact]
    public void A_tilde_in_the_environment_variable_means_the_home_folder()
    {
        Environment.SetEnvironmentVariable(StoreLocator.DatabaseVariable, "~/store.db");

        Assert.Equal(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "store.db"), StoreLocator.FindDefault(_folder.Path));
    }

    [Fact]
    public void A_blank_environment_variable_is_ignored()
    {
        Environment.SetEnvironmentVariable(StoreLocator.DatabaseVariable, "  ");

        Assert.Equal(ErrorCode.StoreNotSpecified, Assert.Throws<TokenDashboardException>(() => StoreLocator.FindDefault(_folder.Path)).Code);
    }

    [Fact]
    public void The_configuration_file_in_the_working_folder_is_used()
    {
        Configure("""
            service_name: demo
            logging:
              file: app.log
              sqlite:
                enabled: true
                database: "telemetry store.db"
            """);

        Assert.Equal(_folder.File("telemetry store.db"), StoreLocator.FindDefault(_folder.Path));
    }

    [Fact]
    public void A_comment_in_another_encoding_is_ignored()
    {
        File.WriteAllBytes(_folder.File("named.yaml"), System.Text.Encoding.Latin1.GetBytes("# Größe\nlogging: { sqlite: { enabled: true, database: /var/lib/store.db } }"));
        Environment.SetEnvironmentVariable(StoreLocator.ConfigurationVariable, _folder.File("named.yaml"));

        Assert.Equal(Path.GetFullPath("/var/lib/store.db"), StoreLocator.FindDefault(_folder.Path));
    }

    [Fact]
    public void A_named_configuration_file_is_used()
    {
        File.WriteAllText(_folder.File("named.yaml"), "logging: { sqlite: { enabled: True, database: /var/lib/store.db } }");
        Environment.SetEnvironmentVariable(StoreLocator.ConfigurationVariable, _folder.File("named.yaml"));

        Assert.Equal(Path.GetFullPath("/var/lib/store.db"), StoreLocator.FindDefault(_folder.Path));
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("On")]
    [InlineData("TRUE")]
    public void Every_word_for_true_enables_the_store(string word)
    {
        Configure($"logging: {{ sqlite: {{ enabled: {word}, database: store.db }} }}");

        Assert.Equal(_folder.File("store.db"), StoreLocator.FindDefault(_folder.Path));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("logging: { sqlite: { enabled: false, database: store.db } }")]
    [InlineData("logging: { sqlite: { enabled: true } }")]
    [InlineData("logging: [1, 2]")]
    [InlineData("just text")]
    public void The_error_lists_all_three_ways_to_specify_a_store(string? configuration)
    {
        Configure(configuration);

        var failure = Assert.Throws<TokenDashboardException>(() => StoreLocator.FindDefault(_folder.Path));

        Assert.Equal(ErrorCode.StoreNotSpecified, failure.Code);
        Assert.Contains("-Database", failure.Message);
        Assert.Contains(StoreLocator.DatabaseVariable, failure.Message);
        Assert.Contains(StoreLocator.ConfigurationFile, failure.Message);
    }

    [Theory]
    [InlineData(@"\\host\share\app.db")]
    [InlineData("//host/share/app.db")]
    [InlineData(@"\\.\pipe\app")]
    [InlineData(@"\??\UNC\host\share\app.db")]
    public void A_network_path_in_the_configuration_file_is_rejected(string database)
    {
        Configure($"logging: {{ sqlite: {{ enabled: true, database: '{database}' }} }}");

        Assert.Equal(ErrorCode.ConfigurationInvalid, Assert.Throws<TokenDashboardException>(() => StoreLocator.FindDefault(_folder.Path)).Code);
    }

    [Fact]
    public void A_configuration_file_that_is_not_YAML_is_reported()
    {
        Configure("logging: { sqlite: [");

        Assert.Equal(ErrorCode.ConfigurationInvalid, Assert.Throws<TokenDashboardException>(() => StoreLocator.FindDefault(_folder.Path)).Code);
    }

    [Theory]
    [InlineData("deep list")]
    [InlineData("deep mapping")]
    [InlineData("long")]
    [InlineData("pipe")]
    [InlineData("link to a pipe")]
    [InlineData("link to a device")]
    [InlineData("link to itself")]
    public void A_malicious_configuration_file_is_rejected(string kind)
    {
        Assert.SkipWhen(
            OperatingSystem.IsWindows() && (kind.Contains("pipe", StringComparison.Ordinal) || kind.Contains("link", StringComparison.Ordinal)),
            "Windows has no pipes among its files, and symbolic links need a privilege.");
        string path = _folder.File(StoreLocator.ConfigurationFile);
        switch (kind)
        {
            case "deep list":
                File.WriteAllText(path, new string('[', 200_000));
                break;
            case "deep mapping":
                File.WriteAllText(path, string.Concat(Enumerable.Repeat("{a: ", 100_000)));
                break;
            case "long":
                File.WriteAllText(path, "logging: { sqlite: { enabled: true, database: store.db } }\n" + new string('#', 1024 * 1024));
                break;
            case "pipe":
                Pipes.Make(path);
                break;
            case "link to a pipe":
                Pipes.Make(_folder.File("pipe"));
                File.CreateSymbolicLink(path, "pipe");
                break;
            case "link to a device":
                File.CreateSymbolicLink(path, "/dev/zero");
                break;
            default:
                File.CreateSymbolicLink(path, path);
                break;
        }

        Assert.Equal(ErrorCode.ConfigurationInvalid, Assert.Throws<TokenDashboardException>(() => StoreLocator.FindDefault(_folder.Path)).Code);
    }

    [Fact]
    public void Recursive_and_exponentially_growing_keys_are_harmless()
    {
        string layers = string.Concat(Enumerable.Range(1, 30).Select(layer => $"? &a{layer} [{string.Join(", ", Enumerable.Repeat($"*a{layer - 1}", 10))}]\n: 1\n"));
        Configure($"? &self [*self]\n: 1\n? &a0 [x]\n: 1\n{layers}logging: &log {{ sqlite: {{ enabled: true, database: old.db, database: store.db }} }}\nother: *log\n");

        Assert.Equal(_folder.File("store.db"), StoreLocator.FindDefault(_folder.Path));
    }

    [Theory]
    [InlineData("08")]
    [InlineData("1e5")]
    [InlineData("+5")]
    [InlineData(".50")]
    [InlineData("true")]
    public void A_name_that_looks_like_another_type_is_kept_as_written(string name)
    {
        Configure($"logging: {{ sqlite: {{ enabled: true, database: {name} }} }}");

        Assert.Equal(_folder.File(name), StoreLocator.FindDefault(_folder.Path));
    }

    [Fact]
    public void Many_values_under_long_keys_need_little_memory()
    {
        string key = new('k', 1000);
        Configure(
            "logging: { sqlite: { enabled: true, database: s.db } }\nx: "
                + $"{string.Concat(Enumerable.Repeat($"{{{key}: ", 60))}[1{string.Concat(Enumerable.Repeat(",1", 5000))}]{new string('}', 60)}\n");
        long before = GC.GetAllocatedBytesForCurrentThread();

        StoreLocator.FindDefault(_folder.Path);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 << 20);
    }

    [Fact]
    public void Aliases_are_resolved()
    {
        Configure("x: &name store.db\ny: &sqlite { enabled: yes, database: *name }\nlogging: { sqlite: *sqlite }\n");

        Assert.Equal(_folder.File("store.db"), StoreLocator.FindDefault(_folder.Path));
    }

    public void Dispose()
    {
        Clear();
        _folder.Dispose();
    }

    private static void Clear()
    {
        Environment.SetEnvironmentVariable(StoreLocator.DatabaseVariable, null);
        Environment.SetEnvironmentVariable(StoreLocator.ConfigurationVariable, null);
    }

    private void Configure(string? yaml)
    {
        if (yaml is not null)
            File.WriteAllText(_folder.File(StoreLocator.ConfigurationFile), yaml);
    }
}
