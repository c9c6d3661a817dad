using System.Security.Cryptography;
using System.Text.Json;

namespace MlOps.Web.Tests.Api;

/// <summary>What the steps of a run read, decided and made.</summary>
[Collection(TrainedApiCollection.Name)]
public sealed class StepsApiTests(TrainedApi trained)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private ApiSystem System => trained.System;

    [Fact]
    public async Task Every_step_of_a_run_says_what_it_read_and_gives_what_it_made_byte_by_byte()
    {
        var run = await RunAsync("20201101");
        var steps = (await System.GetAsync($"/api/runs/{run}")).GetProperty("document").GetProperty("steps").EnumerateArray().ToArray();
        var from = new Dictionary<string, List<string>>();
        foreach (var outcome in steps)
        {
            var step = await System.GetAsync($"/api/runs/{run}/steps/{outcome.GetProperty("key").GetString()}");
            Assert.Equal(outcome.GetProperty("seconds").GetDouble(), step.GetProperty("outcome").GetProperty("seconds").GetDouble());
            Assert.Equal(JsonValueKind.Object, step.GetProperty("result").ValueKind);
            var name = outcome.GetProperty("name").GetString()!;
            from[name] = [.. step.GetProperty("read").EnumerateArray().Select(r => $"{r.GetProperty("step").GetString()}:{r.GetProperty("file").GetString()}")];
            foreach (var file in step.GetProperty("files").EnumerateArray())
            {
                using var answer = await System.Client.GetAsync(file.GetProperty("path").GetString(), Stop);
                Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType?.MediaType);
                Assert.Equal("attachment", answer.Content.Headers.ContentDisposition?.DispositionType);
                Assert.Equal(file.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(await answer.Content.ReadAsByteArrayAsync(Stop))));
            }
        }

        // The file itself, and then one step after the other.
        Assert.Contains(from["validate"], r => r.EndsWith("20201101.csv", StringComparison.Ordinal));
        Assert.Contains(from["train"], r => r.StartsWith("featurize", StringComparison.Ordinal));
        Assert.Contains("train:model.txt", from["predict"]);
    }

    [Fact]
    public async Task Only_a_key_of_the_run_opens_anything()
    {
        var (run, other) = (await RunAsync("20201101"), await RunAsync("initial"));
        var step = (await System.GetAsync($"/api/runs/{run}")).GetProperty("document").GetProperty("steps").EnumerateArray().First(s => s.GetProperty("name").GetString() == "predict").GetProperty("key").GetString();
        foreach (var path in new[]
        {
            $"/api/runs/{other}/steps/{step}", $"/api/runs/{run}/steps/none", $"/api/runs/{run}/steps/..%2F..", $"/api/runs/none/steps/{step}",
            $"/api/runs/{run}/steps/{step}/files/step.json", $"/api/runs/{run}/steps/{step}/files/..%2Fstep.json", $"/api/runs/{other}/steps/{step}/files/predictions.csv",
        })
        {
            using var answer = await System.Client.GetAsync(path, Stop);
            Assert.True(answer.StatusCode == global::System.Net.HttpStatusCode.NotFound, $"{(int)answer.StatusCode} at {path}");
        }
    }

    private async Task<string> RunAsync(string period) =>
        (await System.GetAsync($"/api/runs?pipeline={TrainedApi.Pipeline}&period={period}")).GetProperty("items")[0].GetProperty("runId").GetString()!;
}
