using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using MlOps.Pipeline.Drops;
using MlOps.Storage;
using MlOps.Testing;
using MlOps.Web.Tests.Api;

namespace MlOps.Web.Tests.Page;

public sealed class ManyRunsTests(AzuriteFixture azurite, Chromium chromium) : IClassFixture<Chromium>
{
    // What is on the page at one time, whatever there is on the server.
    private const int NodesMax = 2500;

    [Fact]
    public async Task A_thousand_runs_and_two_hundred_trials_are_shown_a_page_at_a_time()
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        var pipeline = PipelineName.Parse("credit");
        var began = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await new LedgerStore(system.Account).UpdateAsync(pipeline, ledger => ledger with { Runs = [.. Enumerable.Range(0, 1000).Select(i => RunOf(i, began))] }, TestContext.Current.CancellationToken);
        await WriteSearchAsync(system.Account);

        await using var window = await chromium.OpenAsync(system.Address);
        var page = window.Page;
        await page.GotoAsync("/#/runs");
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(50);
        Assert.InRange(await NodesAsync(page), 100, NodesMax);
        var first = await page.Locator("tbody tr").First.TextContentAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Next page" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Page 2")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("tbody tr").First).Not.ToHaveTextAsync(first!);

        await page.GotoAsync("/#/runs/credit-run-999");
        await Assertions.Expect(page.GetByText("200 trials")).ToBeVisibleAsync();
        var trials = page.GetByRole(AriaRole.Region, new() { Name = "Search for parameters" }).Locator("tbody tr");
        await Assertions.Expect(trials).ToHaveCountAsync(20);
        Assert.InRange(await NodesAsync(page), 100, NodesMax);
    }

    internal static LedgerRun RunOf(int i, DateTimeOffset began) => new()
    {
        RunId = $"credit-run-{i}",
        Period = began.AddDays(i).ToString("yyyyMMdd", CultureInfo.InvariantCulture),
        ETag = $"e{i}",
        State = i % 9 == 0 ? RunState.Failed : RunState.Succeeded,
        Reason = $"Reason {i}.",
        StartedAt = began.AddDays(i),
        EndedAt = began.AddDays(i).AddMinutes(3),
    };

    internal static async Task WriteSearchAsync(StorageAccount account)
    {
        var trials = new JsonArray([.. Enumerable.Range(0, 200).Select(i => (JsonNode)new JsonObject
        {
            ["number"] = i, ["wave"] = i / 5, ["state"] = "COMPLETE", ["value"] = 0.3 + (((i * 7919) % 200) / 2000.0),
            ["parameters"] = new JsonObject { ["num_leaves"] = 3 + i, ["lambda_l1"] = i / 10.0, ["learning_rate"] = 0.1, ["min_data_in_leaf"] = 20 },
        })]);
        var steps = new JsonArray([.. Enumerable.Range(0, 200).Select(i => (JsonNode)new JsonObject
        {
            ["name"] = "train", ["key"] = $"train-{i}", ["skipped"] = false, ["reason"] = "ran: for the first time", ["seconds"] = 0.5,
        })]);
        var document = new JsonObject
        {
            ["runId"] = "credit-run-999", ["pipeline"] = "credit", ["period"] = "20280926", ["file"] = "credit/20280926.csv", ["eTag"] = "e999", ["state"] = "succeeded",
            ["reason"] = "Reason 999.", ["trials"] = trials, ["trialSteps"] = steps,
            ["steps"] = new JsonArray(new JsonObject { ["name"] = "train", ["key"] = "train-0", ["skipped"] = true, ["reason"] = "skipped: done before", ["seconds"] = 0.01 }),
        };
        await account.Artifacts.GetBlobClient("credit/runs/credit-run-999/run.json").UploadAsync(BinaryData.FromString(document.ToJsonString()), TestContext.Current.CancellationToken);
    }

    private static Task<int> NodesAsync(IPage page) => page.EvaluateAsync<int>("() => document.querySelectorAll('*').length");
}
