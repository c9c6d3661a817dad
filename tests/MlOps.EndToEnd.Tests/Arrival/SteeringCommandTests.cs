using System.Diagnostics;
using System.Text.Json;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>The commands beside a server that does the work, as a person types them.</summary>
public sealed class SteeringCommandTests
{
    [Fact]
    public async Task Rerun_reproduce_schema_and_cancel_answer_on_the_command_line()
    {
        var folder = Directory.CreateTempSubdirectory("mlops-steering-").FullName;
        try
        {
            await using var server = new MortalServer(folder);
            await server.StartAsync();
            await server.Account.Definitions.GetBlobClient("credit.yaml").UploadAsync(BinaryData.FromString(SmallCase.Definition));
            foreach (var period in new[] { "initial", "20201001" })
            {
                await server.Account.Input.GetBlobClient($"credit/{period}.csv").UploadAsync(new BinaryData(SmallCase.File(period)));
            }

            Assert.Equal(0, (await RunAsync(folder, "wait", "credit", "20201001", "--timeout", "120")).ExitCode);
            var id = JsonDocument.Parse(await ArrivalSystem.ReadAsync(server.Account.Output, "credit/pred_20201001.manifest.json"))
                .RootElement.GetProperty("runId").GetString()!;

            var rerun = await RunAsync(folder, "rerun", id, "--from", "train", "--json");
            Assert.Equal(0, rerun.ExitCode);
            var again = JsonDocument.Parse(rerun.Output).RootElement.GetProperty("runs")[0].GetString()!;
            Assert.Equal(id + "-2", again);
            Assert.Equal(0, (await RunAsync(folder, "wait", "credit", "20201001", "--timeout", "120")).ExitCode);

            var reproduced = await RunAsync(folder, "reproduce", id, "--json");
            Assert.Equal(0, reproduced.ExitCode);
            Assert.True(JsonDocument.Parse(reproduced.Output).RootElement.GetProperty("is_same").GetBoolean());

            var edited = Path.Combine(folder, "schema.json");
            Assert.Equal(0, (await RunAsync(folder, "schema", "credit", "--out", edited)).ExitCode);
            await File.WriteAllTextAsync(edited, (await File.ReadAllTextAsync(edited)).Replace("\"INCOME\"", "\"SALARY\"", StringComparison.Ordinal));
            Assert.Equal(0, (await RunAsync(folder, "schema", "credit", "--put", edited)).ExitCode);
            Assert.Contains("SALARY", (await RunAsync(folder, "schema", "credit")).Output, StringComparison.Ordinal);
            await File.WriteAllTextAsync(edited, "{\"columns\": 5}");
            Assert.Equal(1, (await RunAsync(folder, "schema", "credit", "--put", edited)).ExitCode);
            Assert.Contains("SALARY", (await RunAsync(folder, "schema", "credit")).Output, StringComparison.Ordinal);

            var cancel = await RunAsync(folder, "cancel", id);
            Assert.Equal(1, cancel.ExitCode);
            Assert.Contains("has ended already", cancel.Errors, StringComparison.Ordinal);
            Assert.Equal(2, (await RunAsync(folder, "rerun", id, "--from", "nowhere")).ExitCode);
        }
        finally
        {
            TemporaryFolder.Remove(folder);
        }
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { Path.Combine(AppContext.BaseDirectory, "mlops.dll") }.Concat(arguments).Concat(["--data", folder]))
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Remove("MLOPS_CONNECTION");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        return (process.ExitCode, await output, await errors);
    }
}
