namespace TokenDashboard.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tokendashboard-").FullName;

    private string Target => Path.Combine(_folder, "out", "dashboard.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_new_file_is_created_with_its_folder_and_without_a_BOM()
    {
        Assert.True(AtomicFile.WriteIfChanged(Target, "größe\n"));

        Assert.Equal("größe\n"u8.ToArray(), File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.GetFiles(Path.GetDirectoryName(Target)!));
    }

    [Fact]
    public void A_file_with_the_same_text_is_not_touched()
    {
        AtomicFile.WriteIfChanged(Target, "same");
        var past = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(Target, past);

        Assert.False(AtomicFile.WriteIfChanged(Target, "same"));
        Assert.Equal(past, File.GetLastWriteTimeUtc(Target));
    }

    [Theory]
    [InlineData("longer than before")]
    [InlineData("")]
    public void A_file_with_different_text_is_replaced_completely(string text)
    {
        AtomicFile.WriteIfChanged(Target, "before");

        Assert.True(AtomicFile.WriteIfChanged(Target, text));
        Assert.Equal(text, File.ReadAllText(Target));
        Assert.Equal([Target], Directory.GetFiles(Path.GetDirectoryName(Target)!));
    }

    [Fact]
    public void Only_old_temporary_files_of_this_module_are_removed()
    {
        string folder = Path.GetDirectoryName(Target)!, name = Path.GetFileName(Target);
        string old = $".tokendashboard-{Guid.NewGuid():N}.tmp", recent = $".tokendashboard-{Guid.NewGuid():N}.tmp";
        string[] own = [$".{name}.original.txt", $".{name}.bak-20261101", $".{name}.abcdefgh.ijk", ".tokendashboard-notes.tmp", recent];
        Directory.CreateDirectory(folder);
        foreach (string file in own.Prepend(old))
        {
            File.WriteAllText(Path.Combine(folder, file), "part");
            File.SetLastWriteTimeUtc(Path.Combine(folder, file), DateTime.UtcNow.AddDays(file == recent ? 0 : -1));
        }

        AtomicFile.WriteIfChanged(Target, "new");

        Assert.Equal(own.Append(name).Order(StringComparer.Ordinal), Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_reader_with_the_old_file_open_still_reads_the_old_text()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not replace an open file.");
        AtomicFile.WriteIfChanged(Target, "old");
        using var reader = new StreamReader(new FileStream(Target, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

        AtomicFile.WriteIfChanged(Target, "new");

        Assert.Equal("old", reader.ReadToEnd());
    }

    [Fact]
    public async Task A_file_that_another_program_has_open_is_replaced_when_it_is_closed()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "Only Windows does not replace an open file.");
        AtomicFile.WriteIfChanged(Target, "old");
        var reader = new FileStream(Target, FileMode.Open, FileAccess.Read, FileShare.Read);

        Task<bool> write = Task.Run(() => AtomicFile.WriteIfChanged(Target, "new"), TestContext.Current.CancellationToken);
        await Task.Delay(100, TestContext.Current.CancellationToken);
        await reader.DisposeAsync();

        Assert.True(await write);
        Assert.Equal("new", File.ReadAllText(Target));
    }

    [Fact]
    public void A_symbolic_link_is_kept_and_its_target_is_replaced()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a privilege on Windows.");
        string real = Path.Combine(_folder, "real.json");
        string link = Path.Combine(_folder, "link.json");
        File.WriteAllText(real, "old");
        File.CreateSymbolicLink(link, real);

        AtomicFile.WriteIfChanged(link, "new");

        Assert.Equal("new", File.ReadAllText(real));
        Assert.Equal(real, File.ResolveLinkTarget(link, false)!.FullName);
    }

    [Fact]
    public void A_replaced_file_keeps_its_permissions()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows files inherit their permissions.");
            return;
        }
        AtomicFile.WriteIfChanged(Target, "old");
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.SetUnixFileMode(Target, OwnerOnly);

        AtomicFile.WriteIfChanged(Target, "new");

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Target));
    }

    [Fact]
    public async Task A_private_file_stays_private_while_it_is_replaced()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows files inherit their permissions.");
            return;
        }
        AtomicFile.WriteIfChanged(Target, "old");
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.SetUnixFileMode(Target, OwnerOnly);
        string text = new('x', 20_000_000);
        var seen = new HashSet<UnixFileMode>();

        var write = Task.Run(() => AtomicFile.WriteIfChanged(Target, text), TestContext.Current.CancellationToken);
        while (!write.IsCompleted)
        {
            foreach (FileInfo file in new DirectoryInfo(Path.GetDirectoryName(Target)!).EnumerateFiles().Where(file => file.Exists))
                seen.Add(file.UnixFileMode);
        }

        Assert.True(await write);
        // A file that was renamed since it was listed has no mode.
        Assert.DoesNotContain(seen, mode => mode != (UnixFileMode)(-1) && (mode & ~OwnerOnly) != 0);
    }

    [Fact]
    public void A_folder_at_the_path_is_reported_and_leaves_no_files_behind()
    {
        Directory.CreateDirectory(Target);

        var exception = Assert.Throws<TokenDashboardException>(() => AtomicFile.WriteIfChanged(Target, "x"));

        Assert.Equal(ErrorCode.DashboardWriteFailed, exception.Code);
        Assert.Contains(Target, exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(Target)!));
    }

    [Fact]
    public void A_file_in_place_of_the_folder_is_reported()
    {
        File.WriteAllText(Path.Combine(_folder, "out"), "");

        var exception = Assert.Throws<TokenDashboardException>(() => AtomicFile.WriteIfChanged(Target, "x"));

        Assert.Equal(ErrorCode.DashboardWriteFailed, exception.Code);
    }
}
