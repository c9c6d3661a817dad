using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>A process that may have too few files open.</summary>
public sealed class FewOpenFilesTests
{
    [Fact]
    public async Task A_server_that_may_open_too_few_files_is_not_started_and_says_how_many_it_needs()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the limit is set by a shell");
        using var folder = new TemporaryFolder();
        await using var server = new MortalServer(folder.Path, fileLimit: 256);
        var ended = await Assert.ThrowsAsync<InvalidOperationException>(server.StartAsync);
        Assert.Contains("only 256 files and connections open at once; the server needs 512", ended.Message, StringComparison.Ordinal);
    }
}
