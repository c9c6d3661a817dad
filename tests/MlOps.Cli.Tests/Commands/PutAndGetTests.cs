using System.IO.Compression;
using System.Text;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Commands;

public sealed class PutAndGetTests(AzuriteFixture azurite) : IDisposable
{
    private const string Definition = "label: y\n";
    private readonly TemporaryFolder folder = new();
    private readonly string pipeline = azurite.NewPrefix();
    private readonly StorageAccount account = new(azurite.ConnectionString);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Put_drops_the_file_and_the_definition_that_lies_beside_it()
    {
        File.WriteAllText(folder[$"{pipeline}.yaml"], Definition);
        File.WriteAllText(folder["20201001.csv"], "x,y\n1,0\n");
        var ended = await RunAsync("put", pipeline, "20201001.csv", "--json");
        Assert.Equal(0, ended.ExitCode);
        Assert.Equal($"input/{pipeline}/20201001.csv", ended.Json.GetProperty("files")[0].GetProperty("blob").GetString());
        Assert.Equal("x,y\n1,0\n", await ReadAsync(account.Input, $"{pipeline}/20201001.csv"));
        Assert.Equal(Definition, await ReadAsync(account.Definitions, $"{pipeline}.yaml"));
    }

    [Fact]
    public async Task Put_unpacks_a_gz_file_under_the_periods_name()
    {
        File.WriteAllText(folder[$"{pipeline}.yaml"], Definition);
        using (var packed = new GZipStream(File.Create(folder["initial.csv.gz"]), CompressionLevel.Fastest))
        {
            packed.Write("x,y\n2,1\n"u8);
        }

        Assert.Equal(0, (await RunAsync("put", pipeline, "initial.csv.gz")).ExitCode);
        Assert.Equal("x,y\n2,1\n", await ReadAsync(account.Input, $"{pipeline}/initial.csv"));
    }

    [Fact]
    public async Task Put_without_any_definition_says_how_to_draft_one()
    {
        File.WriteAllText(folder["initial.csv"], "x,y\n1,0\n");
        var ended = await RunAsync("put", pipeline, "initial.csv");
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("mlops init", ended.Errors, StringComparison.Ordinal);
        Assert.False(await account.Input.GetBlobClient($"{pipeline}/initial.csv").ExistsAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Put_refuses_a_faulty_definition_with_its_place_and_drops_nothing()
    {
        File.WriteAllText(folder[$"{pipeline}.yaml"], "lable: y\n");
        File.WriteAllText(folder["initial.csv"], "x,y\n1,0\n");
        var ended = await RunAsync("put", pipeline, "initial.csv");
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("lable", ended.Errors, StringComparison.Ordinal);
        Assert.False(await account.Input.GetBlobClient($"{pipeline}/initial.csv").ExistsAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("oct.csv", "yyyyMMdd.csv")]
    [InlineData("20201301.csv", "2020-13-01 is a day that does not exist")]
    [InlineData("20201001.txt", "yyyyMMdd.csv")]
    public async Task Put_refuses_a_name_that_no_run_would_begin_for(string name, string why)
    {
        File.WriteAllText(folder[name], "x,y\n1,0\n");
        var ended = await RunAsync("put", pipeline, name);
        Assert.Equal(2, ended.ExitCode);
        Assert.Contains(why, ended.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../up")]
    [InlineData("a/b")]
    [InlineData("_events")]
    public async Task A_name_that_could_leave_its_folder_is_refused(string name)
    {
        File.WriteAllText(folder["initial.csv"], "x,y\n1,0\n");
        Assert.Equal(2, (await RunAsync("put", name, "initial.csv")).ExitCode);
        Assert.Equal(2, (await RunAsync("get", name, "20201001")).ExitCode);
    }

    [Fact]
    public async Task Get_copies_predictions_manifest_report_and_Parquet()
    {
        foreach (var suffix in (string[])[".csv", ".manifest.json", ".report.html", ".parquet"])
        {
            await account.EnsureContainersAsync(TestContext.Current.CancellationToken);
            await account.Output.UploadBlobAsync($"{pipeline}/pred_20201001{suffix}", BinaryData.FromString(suffix), TestContext.Current.CancellationToken);
        }

        var ended = await RunAsync("get", pipeline, "20201001", "--out", "results", "--json");
        Assert.Equal(0, ended.ExitCode);
        Assert.Equal(4, ended.Json.GetProperty("files").GetArrayLength());
        Assert.Equal(".csv", File.ReadAllText(folder["results", "pred_20201001.csv"]));
        Assert.Equal(4, Directory.GetFiles(folder["results"]).Length);
    }

    [Fact]
    public async Task Get_of_what_is_not_there_fails_and_names_the_next_command()
    {
        await account.EnsureContainersAsync(TestContext.Current.CancellationToken);
        await account.Definitions.UploadBlobAsync($"{pipeline}.yaml", BinaryData.FromString(Definition), TestContext.Current.CancellationToken);
        var ended = await RunAsync("get", pipeline, "20201001");
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains($"mlops put {pipeline} 20201001.csv", ended.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task Without_an_account_the_message_says_how_to_start_one()
    {
        var ended = await MlopsProcess.RunAsync(folder.Path, "get", pipeline, "20201001");
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("mlops up", ended.Errors, StringComparison.Ordinal);
        Assert.Contains("--connection", ended.Errors, StringComparison.Ordinal);
    }

    private Task<Ended> RunAsync(params string[] arguments) =>
        MlopsProcess.RunAsync(folder.Path, [.. arguments, "--connection", azurite.ConnectionString]);

    private static async Task<string> ReadAsync(global::Azure.Storage.Blobs.BlobContainerClient container, string name) =>
        Encoding.UTF8.GetString((await container.GetBlobClient(name).DownloadContentAsync(TestContext.Current.CancellationToken)).Value.Content);
}
