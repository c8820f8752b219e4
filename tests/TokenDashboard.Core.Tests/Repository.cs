using System.Reflection;

namespace TokenDashboard.Tests;

/// <summary>The files of the repository that tests hold to the code.</summary>
internal static class Repository
{
    private static readonly string Folder = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryDirectory").Value!;

    /// <summary>The text of a file, with line feeds.</summary>
    internal static string Read(string path) => File.ReadAllText(Path.Combine(Folder, path)).ReplaceLineEndings("\n");
}
