using System.Buffers.Binary;
using System.Text.Json;

namespace TokenDashboard.Module.Tests.Loading;

public class StagedFilesTests
{
    private static readonly string Dependencies = Path.Combine(ModuleSession.ModulePath, "deps");

    [Fact]
    public void The_staged_dependencies_match_the_resolved_packages()
    {
        using JsonDocument graph = JsonDocument.Parse(File.ReadAllText(Path.Combine(Dependencies, "TokenDashboard.Core.deps.json")));
        IEnumerable<string> resolved = graph.RootElement.GetProperty("targets").EnumerateObject().Single().Value.EnumerateObject()
            .Where(library => library.Value.TryGetProperty("runtime", out _))
            .SelectMany(library => library.Value.GetProperty("runtime").EnumerateObject())
            .Select(file => Path.GetFileName(file.Name));

        IEnumerable<string> staged = Directory.EnumerateFiles(Dependencies, "*.dll").Select(file => Path.GetFileName(file));

        Assert.Equal(resolved.Order(StringComparer.Ordinal), staged.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_notices_list_exactly_the_shipped_packages()
    {
        using JsonDocument graph = JsonDocument.Parse(File.ReadAllText(Path.Combine(Dependencies, "TokenDashboard.Core.deps.json")));
        IEnumerable<string> shipped = graph.RootElement.GetProperty("targets").EnumerateObject().Single().Value.EnumerateObject()
            .Where(library => library.Value.TryGetProperty("runtime", out _) || library.Value.TryGetProperty("runtimeTargets", out _))
            .Select(library => library.Name.Replace('/', ' ')).Where(library => !library.StartsWith("TokenDashboard.Core ", StringComparison.Ordinal));

        string[] listed = [.. File.ReadLines(Path.Combine(ModuleSession.ModulePath, "THIRD-PARTY-NOTICES.txt"))
            .Select(line => line.Split("   licence: ")).Where(parts => parts.Length == 2).Select(parts => parts[0].Trim())];

        // After a change of packages, run tools/Update-Notices.ps1.
        Assert.Equal(shipped.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("win-x64", "e_sqlite3.dll", "PE 8664")]
    [InlineData("win-arm64", "e_sqlite3.dll", "PE AA64")]
    [InlineData("linux-x64", "libe_sqlite3.so", "ELF 003E glibc")]
    [InlineData("linux-arm64", "libe_sqlite3.so", "ELF 00B7 glibc")]
    [InlineData("linux-musl-x64", "libe_sqlite3.so", "ELF 003E musl")]
    [InlineData("linux-musl-arm64", "libe_sqlite3.so", "ELF 00B7 musl")]
    [InlineData("osx-x64", "libe_sqlite3.dylib", "Mach-O 01000007")]
    [InlineData("osx-arm64", "libe_sqlite3.dylib", "Mach-O 0100000C")]
    public void Every_platform_has_its_native_SQLite_library(string platform, string file, string kind) =>
        Assert.Equal(kind, KindOf(File.ReadAllBytes(Path.Combine(Dependencies, "runtimes", platform, "native", file))));

    [Fact]
    public void No_files_for_other_platforms_are_staged() =>
        Assert.Equal(8, Directory.EnumerateFiles(Path.Combine(Dependencies, "runtimes"), "*", SearchOption.AllDirectories).Count());

    /// <summary>Reads the format and the processor from the header of the file, and for Linux the required C library.</summary>
    private static string KindOf(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith("MZ"u8))
        {
            int header = BinaryPrimitives.ReadInt32LittleEndian(file[0x3C..]);
            return $"PE {BinaryPrimitives.ReadUInt16LittleEndian(file[(header + 4)..]):X4}";
        }
        if (file.StartsWith("\u007FELF"u8))
            return $"ELF {BinaryPrimitives.ReadUInt16LittleEndian(file[0x12..]):X4} {(file.IndexOf("libc.so.6"u8) >= 0 ? "glibc" : "musl")}";
        return $"Mach-O {BinaryPrimitives.ReadUInt32LittleEndian(file[4..]):X8}";
    }
}
