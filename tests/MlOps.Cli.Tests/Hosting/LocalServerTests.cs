using Azure.Storage.Blobs;
using MlOps.Cli.Hosting;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Hosting;

public sealed class LocalServerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_emulator_dies_with_a_killed_server_and_keeps_what_was_written()
    {
        await using var server = await RunningServer.StartAsync(folder.Path);
        var container = new BlobServiceClient(server.Info.ConnectionString).GetBlobContainerClient("input");
        await container.UploadBlobAsync("readme.txt", BinaryData.FromString("kept"), TestContext.Current.CancellationToken);
        await server.KillAsync();
        await Eventually.IsSoAsync(() => !IsRunning(server.Info.EmulatorProcessId));

        await using var again = await RunningServer.StartAsync(folder.Path);
        var content = await new BlobServiceClient(again.Info.ConnectionString).GetBlobContainerClient("input").GetBlobClient("readme.txt")
            .DownloadContentAsync(TestContext.Current.CancellationToken);
        Assert.Equal("kept", content.Value.Content.ToString());
    }

    [Fact]
    public async Task A_server_that_starts_right_after_a_kill_waits_for_the_former_emulator_and_takes_over_its_port()
    {
        await using var server = await RunningServer.StartAsync(folder.Path);
        await server.KillAsync();
        await using var again = await RunningServer.StartAsync(folder.Path);
        Assert.NotEqual(server.Info.EmulatorProcessId, again.Info.EmulatorProcessId);
        Assert.Equal(server.Info.ConnectionString, again.Info.ConnectionString);
    }

    [Fact]
    public async Task SIGTERM_drains_and_ends_with_0_and_nothing_is_left_running()
    {
        await using var server = await RunningServer.StartAsync(folder.Path);
        var ended = await server.TerminateAsync();
        Assert.Equal(0, ended.ExitCode);
        Assert.False(IsRunning(server.Info.EmulatorProcessId));
        Assert.Null(LocalAccount.FindRunning(folder[".mlops"]));
    }

    [Fact]
    public async Task A_command_given_while_a_server_starts_its_emulator_anew_waits_for_it()
    {
        await using var server = await RunningServer.StartAsync(folder.Path);
        using (var emulator = System.Diagnostics.Process.GetProcessById(server.Info.EmulatorProcessId))
        {
            emulator.Kill();
            await emulator.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var listed = await MlopsProcess.RunAsync(folder.Path, "runs");
        Assert.True(listed.ExitCode == 0, listed.Errors);
        Assert.NotEqual(server.Info.EmulatorProcessId, LocalAccount.FindRunning(folder[".mlops"])!.EmulatorProcessId);
    }

    [Fact]
    public async Task A_second_server_on_the_same_data_is_refused_and_told_of_the_first()
    {
        await using var server = await RunningServer.StartAsync(folder.Path);
        var second = await MlopsProcess.RunAsync(folder.Path, "up", "--port", "0");
        Assert.Equal(1, second.ExitCode);
        Assert.Contains($"process {server.Info.ProcessId}", second.Errors, StringComparison.Ordinal);
        Assert.True(IsRunning(server.Info.EmulatorProcessId));
    }

    [Fact]
    public async Task It_answers_on_the_loopback_address_only_under_its_own_name_and_a_second_one_is_told_that_the_port_is_taken()
    {
        await using var server = await RunningServer.StartAsync(folder.Path);
        var address = new Uri(server.Info.Address!);
        Assert.True(address.IsLoopback);
        using var client = new HttpClient { BaseAddress = address };
        Assert.Equal("ready\n", await client.GetStringAsync("health/ready", TestContext.Current.CancellationToken));
        using var foreign = new HttpRequestMessage(HttpMethod.Get, "health/ready") { Headers = { Host = "evil.example" } };
        using var refused = await client.SendAsync(foreign, TestContext.Current.CancellationToken);
        Assert.Equal(400, (int)refused.StatusCode);

        var second = await MlopsProcess.RunAsync(folder.Path, "up", "--connection", server.Info.ConnectionString, "--port", $"{address.Port}");
        Assert.Equal(1, second.ExitCode);
        Assert.Contains($"port {address.Port} is taken by another program. Choose another with --port", second.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Errors, StringComparison.Ordinal);
        Assert.Equal("ready\n", await client.GetStringAsync("health/ready", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Without_Node_the_message_says_what_to_install()
    {
        var dotnet = Path.GetDirectoryName(Environment.ProcessPath)!;
        await using var process = MlopsProcess.Start(folder.Path, ["up", "--port", "0"], new Dictionary<string, string?> { ["PATH"] = dotnet });
        var ended = await process.EndAsync(Patience.Limit);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("Node.js", ended.Errors, StringComparison.Ordinal);
        Assert.Contains("--connection", ended.Errors, StringComparison.Ordinal);
    }

    private static bool IsRunning(int processId) => ProcessStart.Of(processId) is not null;
}
