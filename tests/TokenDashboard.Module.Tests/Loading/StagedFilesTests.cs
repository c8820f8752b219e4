using System.Buffers.Binary;
using System.Text.Json;

namespace TokenDashboard.Module.Tests.Loading;

public class StagedFilesTests
{
    private static readonly string Dependencies = Path.Combine(ModuleSession.ModulePath, "deps");

    [Fact]
    public void Dependencies_are_exactly_those_that_the_build_resolved()
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
    public void The_notices_are_those_of_the_packages_that_are_carried()
    {
        using JsonDocument graph = JsonDocument.Parse(File.ReadAllText(Path.Combine(Dependencies, "TokenDashboard.Core.deps.json")));
        IEnumerable<string> carried = graph.RootElement.GetProperty("targets").EnumerateObject().Single().Value.EnumerateObject()
            .Where(library => library.Value.TryGetProperty("runtime", out _) || library.Value.TryGetProperty("runtimeTargets", out _))
            .Select(library => library.Name.Replace('/', ' ')).Where(library => !library.StartsWith("TokenDashboard.Core ", StringComparison.Ordinal));

        string[] noticed = [.. File.ReadLines(Path.Combine(ModuleSession.ModulePath, "THIRD-PARTY-NOTICES.txt"))
            .Select(line => line.Split("   licence: ")).Where(parts => parts.Length == 2).Select(parts => parts[0].Trim())];

        // After a change of packages: tools/Update-Notices.ps1.
        Assert.Equal(carried.Order(StringComparer.Ordinal), noticed.Order(StringComparer.Ordinal));
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
    public void Every_platform_has_its_own_sqlite(string platform, string file, string kind) =>
        Assert.Equal(kind, KindOf(File.ReadAllBytes(Path.Combine(Dependencies, "runtimes", platform, "native", file))));

    [Fact]
    public void No_other_platform_s_files_are_carried_along() =>
        Assert.Equal(8, Directory.EnumerateFiles(Path.Combine(Dependencies, "runtimes"), "*", SearchOption.AllDirectories).Count());

    /// <summary>Format and processor from the file's header, and for Linux the C library it asks for.</summary>
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
