using System.Diagnostics;
using System.Text.Json;
using MlOps.Testing;
using MlOps.Web.Tests.Page;

namespace MlOps.Web.Tests.Api;

/// <summary>A run that asks a person, and the answer over HTTP.</summary>
public sealed class ApprovalApiTests(AzuriteFixture azurite)
{
    public const string Definition = SampleFiles.Definition + "\npromote: {rule: always, approval: manual, timeout: 1h}\n";

    [Fact]
    public async Task A_run_that_asks_is_answered_once_and_says_by_whom()
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        await system.DefineAsync("p", Definition);
        foreach (var (name, content) in SampleFiles.All)
        {
            await system.SendAsync(HttpMethod.Put, $"/api/pipelines/p/drops/{name}", ApiSystem.Csv(content), 202);
        }

        var (run, question) = await AskedAsync(system, "20201101");
        var champion = question.GetProperty("champion").GetString();
        Assert.Equal("pending", question.GetProperty("state").GetString());

        var answered = await system.SendAsync(HttpMethod.Post, $"/api/runs/{run}/reject", ApiSystem.Json(new { comment = "not before the audit" }));
        Assert.Equal(("rejected", "not before the audit"), (answered.GetProperty("state").GetString(), answered.GetProperty("comment").GetString()));
        await system.SettledAsync("p");

        Assert.Equal(champion, (await system.GetAsync("/api/pipelines/p/models")).GetProperty("champion").GetString());
        var release = (await system.GetAsync("/api/pipelines/p/releases")).GetProperty("items")[0];
        Assert.Contains("rejected by", release.GetProperty("reason").GetString(), StringComparison.Ordinal);
        var late = await system.SendAsync(HttpMethod.Post, $"/api/runs/{run}/approve", ApiSystem.Json(new { }), 409);
        Assert.Contains("is settled: rejected by", late.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var audit = (await system.GetAsync("/api/pipelines/p/audit")).GetProperty("items").EnumerateArray().Select(r => r.GetProperty("action").GetString());
        Assert.Equal(["approve", "reject"], audit.Take(2));

        // A run that had nobody to ask.
        var first = (await system.GetAsync("/api/runs?pipeline=p&period=20201001")).GetProperty("items")[0].GetProperty("runId").GetString();
        await system.SendAsync(HttpMethod.Get, $"/api/runs/{first}/approval", expected: 404);
        await system.SendAsync(HttpMethod.Post, $"/api/runs/{first}/approve", ApiSystem.Json(new { }), 409);
    }

    /// <summary>Waits until the run of a period asks.</summary>
    internal static async Task<(string Run, JsonElement Question)> AskedAsync(ApiSystem system, string period)
    {
        for (var began = Stopwatch.StartNew(); began.Elapsed < Patience.Limit;)
        {
            var runs = (await system.GetAsync($"/api/runs?pipeline=p&period={period}")).GetProperty("items");
            if (runs.GetArrayLength() > 0)
            {
                var run = runs[0].GetProperty("runId").GetString()!;
                using var response = await system.Client.GetAsync($"/api/runs/{run}/approval", TestContext.Current.CancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return (run, await ApiSystem.JsonAsync(response, 200));
                }
            }

            await Task.Delay(200, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"The run of {period} asks nobody.");
    }
}
