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

            Assert.Equal(0, (await RunAsync(folder, "wait", "credit", "20201001", "--timeout", "280")).ExitCode);
            var id = JsonDocument.Parse(await ArrivalSystem.ReadAsync(server.Account.Output, "credit/pred_20201001.manifest.json"))
                .RootElement.GetProperty("runId").GetString()!;

            var rerun = await RunAsync(folder, "rerun", id, "--from", "train", "--json");
            Assert.Equal(0, rerun.ExitCode);
            var again = JsonDocument.Parse(rerun.Output).RootElement.GetProperty("runs")[0].GetString()!;
            Assert.Equal(id + "-2", again);
            Assert.Equal(0, (await RunAsync(folder, "wait", "credit", "20201001", "--timeout", "280")).ExitCode);

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

    [Fact]
    public async Task From_a_prediction_row_back_to_the_file_row_in_one_command_and_forward_from_a_file_to_its_predictions()
    {
        var folder = Directory.CreateTempSubdirectory("mlops-lineage-").FullName;
        try
        {
            await using var server = new MortalServer(folder);
            await server.StartAsync();
            await server.Account.Definitions.GetBlobClient("credit.yaml").UploadAsync(BinaryData.FromString(SmallCase.Definition + "\npromote: always\n"));
            foreach (var period in new[] { "initial", "20201001", "20201101" })
            {
                await server.Account.Input.GetBlobClient($"credit/{period}.csv").UploadAsync(new BinaryData(SmallCase.File(period)));
            }

            Assert.Equal(0, (await RunAsync(folder, "wait", "credit", "20201001", "20201101", "--timeout", "280")).ExitCode);

            // The tenth row; its first field is the id.
            var lines = System.Text.Encoding.UTF8.GetString(SmallCase.File("20201101")).Split('\n');
            var id = lines[10].Split(',')[0];
            var scored = System.Text.Encoding.UTF8.GetString(await ArrivalSystem.ReadAsync(server.Account.Output, "credit/pred_20201101.csv")).Split('\n');
            var at = Array.FindIndex(scored, l => l.StartsWith(id + ",", StringComparison.Ordinal));

            var back = await RunAsync(folder, "lineage", "credit", "20201101", id, "--json");
            Assert.Equal(0, back.ExitCode);
            var row = JsonDocument.Parse(back.Output).RootElement;
            Assert.Equal((11, at + 1), (row.GetProperty("file_line").GetInt32(), row.GetProperty("predictions_line").GetInt32()));
            Assert.Contains(row.GetProperty("score").GetString()!, scored[at].Split(','));
            Assert.Equal(Hash("20201101"), row.GetProperty("file").GetProperty("sha256").GetString());
            Assert.Equal([Hash("initial"), Hash("20201001")], row.GetProperty("trained_on").EnumerateArray().Select(d => d.GetProperty("sha256").GetString()));
            Assert.True(await server.Account.Artifacts.GetBlobClient(row.GetProperty("schema").GetString()!["artifacts/".Length..]).ExistsAsync());
            Assert.All(["model_version", "model_sha256", "definition_hash", "code_version"], name => Assert.False(string.IsNullOrEmpty(row.GetProperty(name).GetString())));
            Assert.Equal(42, row.GetProperty("seed").GetInt32());

            var forward = await RunAsync(folder, "lineage", "credit", "--file", Hash("20201001"), "--json");
            Assert.Equal(
                [("credit/pred_20201001.csv", "predicted"), ("credit/pred_20201101.csv", "trained on")],
                JsonDocument.Parse(forward.Output).RootElement.GetProperty("uses").EnumerateArray().Select(u => (u.GetProperty("predictions").GetString()!, u.GetProperty("use").GetString()!)));

            Assert.Equal(1, (await RunAsync(folder, "lineage", "credit", "20201101", "nobody")).ExitCode);
            Assert.Equal(2, (await RunAsync(folder, "lineage", "credit", "20201101")).ExitCode);

            // The same account's two models beside each other, the same figures as a table and as JSON.
            string[] versions = [.. JsonDocument.Parse((await RunAsync(folder, "models", "credit", "--json")).Output).RootElement.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("version").GetString()!)];
            var beside = await RunAsync(folder, ["compare", "credit", .. versions]);
            Assert.Contains("from which none has learned", beside.Output, StringComparison.Ordinal);
            var compared = JsonDocument.Parse((await RunAsync(folder, ["compare", "credit", .. versions, "--json"])).Output).RootElement;
            var same = compared.EnumerateObject().First(p => p.Name.Replace("_", "", StringComparison.Ordinal).Equals("sameRows", StringComparison.OrdinalIgnoreCase)).Value;
            Assert.Contains(same.GetProperty("metrics").GetProperty("auc").GetProperty("values")[0].GetDouble().ToString("0.0000", System.Globalization.CultureInfo.InvariantCulture), beside.Output, StringComparison.Ordinal);
            Assert.Equal(2, (await RunAsync(folder, "compare", "credit", versions[0])).ExitCode);
        }
        finally
        {
            TemporaryFolder.Remove(folder);
        }

        static string Hash(string period) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(SmallCase.File(period)));
    }

    internal static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string folder, params string[] arguments)
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
        await process.WaitForExitAsync().WaitAsync(Patience.Limit);
        return (process.ExitCode, await output, await errors);
    }
}
