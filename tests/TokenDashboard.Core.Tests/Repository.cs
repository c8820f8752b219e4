using System.Reflection;

namespace TokenDashboard.Tests;

/// <summary>The files of the repository that tests compare with the code.</summary>
internal static class Repository
{
    private static readonly string Folder = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryDirectory").Value!;

    /// <summary>The text of a file, with line feeds.</summary>
    internal static string Read(string path) => File.ReadAllText(Path.Combine(Folder, path)).ReplaceLineEndings("\n");

    /// <summary>The C# files of a folder with their relative paths and with line feeds. Build output is left out.</summary>
    internal static IEnumerable<(string Path, string Text)> Sources(string folder)
    {
        string root = Path.Combine(Folder, folder);
        return Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(root, file).Replace('\\', '/'), File: file))
            .Where(file => !file.Path.Split('/').Any(part => part is "obj" or "bin"))
            .Select(file => (file.Path, File.ReadAllText(file.File).ReplaceLineEndings("\n")));
    }
}
