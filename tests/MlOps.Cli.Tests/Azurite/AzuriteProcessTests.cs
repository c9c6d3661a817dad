using System.Text;
using Azure.Storage.Blobs;
using MlOps.Cli.Azurite;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Azurite;

public sealed class AzuriteProcessTests
{
    [Fact]
    public async Task What_was_written_just_before_a_stop_is_there_after_the_next_start()
    {
        var folder = Directory.CreateTempSubdirectory("mlops-azurite-").FullName;
        try
        {
            await using (var first = await AzuriteProcess.StartAsync(folder, new AzuritePorts(), null, TestContext.Current.CancellationToken))
            {
                var container = new BlobContainerClient(first.ConnectionString, "kept");
                await container.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
                await container.UploadBlobAsync("b", new BinaryData("kept"), TestContext.Current.CancellationToken);
            }

            await using var second = await AzuriteProcess.StartAsync(folder, new AzuritePorts(), null, TestContext.Current.CancellationToken);
            var blob = new BlobContainerClient(second.ConnectionString, "kept").GetBlobClient("b");
            var content = await blob.DownloadContentAsync(TestContext.Current.CancellationToken);
            Assert.Equal("kept", Encoding.UTF8.GetString(content.Value.Content));
        }
        finally
        {
            TemporaryFolder.Remove(folder);
        }
    }

    [Fact]
    public async Task Two_emulators_run_side_by_side_on_ports_of_their_own()
    {
        var folders = new[] { Directory.CreateTempSubdirectory("mlops-azurite-").FullName, Directory.CreateTempSubdirectory("mlops-azurite-").FullName };
        try
        {
            await using var one = await AzuriteProcess.StartAsync(folders[0], new AzuritePorts(), null, TestContext.Current.CancellationToken);
            await using var other = await AzuriteProcess.StartAsync(folders[1], new AzuritePorts(), null, TestContext.Current.CancellationToken);
            Assert.NotEqual(one.Endpoint, other.Endpoint);
            Assert.True(one.Endpoint.IsLoopback);
        }
        finally
        {
            Array.ForEach(folders, folder => TemporaryFolder.Remove(folder));
        }
    }

    [Fact]
    public void The_lock_file_names_no_registry() =>
        Assert.DoesNotContain(
            "\"resolved\"",
            File.ReadAllText(Path.Combine(Testing.Shared.Repository, "functions", "MlOps.Cli", "Azurite", "package-lock.json")),
            StringComparison.Ordinal);
}
