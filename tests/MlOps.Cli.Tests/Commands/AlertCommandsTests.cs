using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Commands;

/// <summary>What whoever is on call types about alerts.</summary>
public sealed class AlertCommandsTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task An_alert_is_listed_acknowledged_muted_and_heard_again()
    {
        using var folder = new TemporaryFolder();
        var account = new StorageAccount(azurite.ConnectionString);
        await account.EnsureContainersAsync();
        var pipeline = azurite.NewPrefix();
        await account.Definitions.GetBlobClient($"{pipeline}.yaml").UploadAsync(BinaryData.FromString("label: y\n"));
        await new AlertBook(account).EnterAsync(PipelineName.Parse(pipeline), "r1", "20201001", [new MonitorAlert("drift", "AGE", 0.3, "AGE has drifted.")], []);

        Assert.Contains("AGE has drifted.", (await RunAsync("alerts", pipeline)).Output, StringComparison.Ordinal);
        Assert.Equal($"{pipeline}: drift AGE is acknowledged by aya: a campaign\n", (await RunAsync("acknowledge", pipeline, "drift", "AGE", "--why", "a campaign", "--by", "aya")).Output);
        var until = DateTimeOffset.UtcNow.AddDays(5).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        await RunAsync("mute", pipeline, "drift", "AGE", "--until", until, "--why", "it goes on", "--by", "ben");
        var quieted = (await RunAsync("alerts", pipeline, "--json")).Json.GetProperty("alerts")[0].GetProperty("quieted");
        Assert.Equal(("muted", "ben"), (quieted.GetProperty("action").GetString(), quieted.GetProperty("who").GetString()));
        Assert.StartsWith(until, quieted.GetProperty("until").GetString(), StringComparison.Ordinal);
        await RunAsync("unmute", pipeline, "drift", "AGE");
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await RunAsync("alerts", pipeline, "--json")).Json.GetProperty("alerts")[0].GetProperty("quieted").ValueKind);

        var unknown = await MlopsProcess.RunAsync(folder.Path, "acknowledge", pipeline, "drift", "DEBT", "--why", "?", "--connection", azurite.ConnectionString);
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("no open alert of kind 'drift' on 'DEBT'. There is: drift AGE.", unknown.Errors, StringComparison.Ordinal);
        Assert.Equal(2, (await MlopsProcess.RunAsync(folder.Path, "mute", pipeline, "drift", "AGE", "--connection", azurite.ConnectionString)).ExitCode);

        async Task<Ended> RunAsync(params string[] arguments)
        {
            var ended = await MlopsProcess.RunAsync(folder.Path, [.. arguments, "--connection", azurite.ConnectionString]);
            Assert.True(ended.ExitCode == 0, ended.Errors);
            return ended;
        }
    }
}
