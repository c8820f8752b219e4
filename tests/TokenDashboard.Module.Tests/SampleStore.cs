namespace TokenDashboard.Module.Tests;

/// <summary>A session and a small sample store that the tests of a class share. No test changes the store.</summary>
public sealed class SampleStore : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tokendashboard-").FullName;

    public SampleStore()
    {
        Session.Run("$null = New-TokenStore -Path $path -Sample -Days 10 -RequestsPerDay 120 -Seed 3 -Until 2026-11-01T00:00Z", ("path", Path)).Succeeded();
        Session.Run("$PSDefaultParameterValues = @{ 'Get-*Token*:Database' = $path; 'Get-*Token*:TimeZone' = 'UTC' }").Succeeded();
    }

    internal ModuleSession Session { get; } = new();

    /// <summary>The store's file.</summary>
    public string Path => System.IO.Path.Combine(_folder, "store.db");

    /// <summary>The path of a file next to the store.</summary>
    public string File(string name) => System.IO.Path.Combine(_folder, name);

    /// <summary>Returns the only value of a script.</summary>
    internal T Value<T>(string script) => (T)Assert.Single(Session.Run(script).Succeeded()).BaseObject;

    /// <summary>Returns the values of a script as text.</summary>
    internal string[] Texts(string script) => [.. Session.Run(script).Succeeded().Select(value => value?.BaseObject.ToString() ?? "")];

    public void Dispose()
    {
        Session.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
