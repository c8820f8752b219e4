using System.Net.Sockets;
using System.Text;

namespace TokenDashboard.Tests;

public sealed class RegularFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("0123456789")]
    public void A_regular_file_up_to_the_limit_is_read(string text)
    {
        string path = _folder.File("file");
        File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

        Assert.Equal(text, RegularFile.ReadText(path, 10));
    }

    [Fact]
    public void A_file_above_the_limit_is_rejected()
    {
        string path = _folder.File("file");
        File.WriteAllText(path, "0123456789A");

        Assert.Throws<IOException>(() => RegularFile.ReadBytes(path, 10));
        Assert.Throws<IOException>(() => RegularFile.Open(path, 10));
    }

    [Fact]
    public void Content_beyond_the_reported_size_is_read_up_to_the_limit()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has such files.");

        Assert.NotEmpty(RegularFile.ReadBytes("/proc/self/maps", 10_000_000));
        Assert.Throws<IOException>(() => RegularFile.ReadBytes("/proc/self/maps", 10));
    }

    [Fact]
    public void A_link_to_a_file_is_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a privilege on Windows.");
        File.WriteAllText(_folder.File("file"), "text");
        File.CreateSymbolicLink(_folder.File("first"), "file");
        File.CreateSymbolicLink(_folder.File("second"), "first");

        Assert.Equal("text", RegularFile.ReadText(_folder.File("second")));
    }

    [Fact]
    public async Task Links_that_lead_to_each_other_repeatedly_are_not_all_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a privilege on Windows.");
        Directory.CreateSymbolicLink(_folder.File("0"), ".");
        for (int link = 1; link <= 60; link++)
            Directory.CreateSymbolicLink(_folder.File($"{link}"), $"{link - 1}/{link - 1}");

        Task<string> resolve = Task.Run(() => RegularFile.WithoutLinks(_folder.File("60")), TestContext.Current.CancellationToken);

        await resolve.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        // Each of these leads to the folder, the last one through fewer links than any system allows.
        Assert.All([0, 1, 3], link => Assert.Equal(RegularFile.WithoutLinks(_folder.Path), RegularFile.WithoutLinks(_folder.File($"{link}"))));
    }

    [Fact]
    public void A_path_gets_the_case_of_the_names_on_disk()
    {
        Directory.CreateDirectory(_folder.File("Data"));
        File.WriteAllText(_folder.File("Data/Store.db"), "");
        string other = _folder.File("data/STORE.db");

        Assert.Equal(File.Exists(other) ? _folder.File("Data/Store.db") : other, RegularFile.InStoredCase(other));
    }

    [Fact]
    public async Task Anything_but_a_regular_file_is_rejected_without_opening_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such files.");
        Pipes.Make(_folder.File("pipe"));
        File.CreateSymbolicLink(_folder.File("link"), "pipe");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder.File("socket")));

        foreach (string path in (string[])[_folder.File("pipe"), _folder.File("link"), _folder.File("socket"), "/dev/zero", "/dev/tty", _folder.Path, _folder.File("missing")])
        {
            // Opening the pipe would wait for a writer.
            Task open = Task.Run(() => RegularFile.Open(path, long.MaxValue).Dispose(), TestContext.Current.CancellationToken);
            await Assert.ThrowsAnyAsync<IOException>(() => open.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void A_link_or_a_pipe_is_no_leftover()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes in folders.");
        string[] names = [.. Enumerable.Range(0, 4).Select(_ => _folder.File($"{Guid.NewGuid():N}.tmp"))];
        File.WriteAllText(names[0], "");
        File.WriteAllText(names[1], "part");
        Pipes.Make(names[2]);
        File.CreateSymbolicLink(names[3], "own.txt");
        File.WriteAllText(_folder.File("own.txt"), "text");

        RegularFile.RemoveLeftovers(_folder.Path, "", ".tmp", TimeSpan.FromHours(-1));

        Assert.Equal(names.Skip(2).Append(_folder.File("own.txt")).Order(StringComparer.Ordinal), Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal));
    }

    public void Dispose() => _folder.Dispose();
}
