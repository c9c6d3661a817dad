using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using MlOps.Pipeline.Drops;
using MlOps.Storage;
using MlOps.Testing;
using MlOps.Web.Tests.Api;

namespace MlOps.Web.Tests.Page;

/// <summary>How fast the page is with a thousand runs, two hundred trials and two hundred models. Times are printed, and held against nothing: a machine may be busy.</summary>
public sealed class PageFiguresTests(AzuriteFixture azurite, Chromium chromium, ITestOutputHelper output) : IClassFixture<Chromium>
{
    private const int Looks = 7;

    // The longest task of the page's thread while it is scrolled to its end, in milliseconds; 0 where none took the 50 that a browser calls long.
    private const string LongestWhileScrolling = """
        async () => {
          let longest = 0;
          const observer = new PerformanceObserver((list) => list.getEntries().forEach((entry) => (longest = Math.max(longest, entry.duration))));
          observer.observe({ type: "longtask" });
          for (let y = 0; y < document.documentElement.scrollHeight; y += 200) {
            scrollTo(0, y);
            await new Promise((next) => requestAnimationFrame(next));
          }
          await new Promise((next) => setTimeout(next, 200));
          observer.disconnect();
          return longest;
        }
        """;

    [Fact]
    public async Task The_views_of_a_large_pipeline_are_timed()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("MLOPS_PAGE_FIGURES") == "1", "prints figures: MLOPS_PAGE_FIGURES=1");
        await using var system = await ApiSystem.StartAsync(azurite);
        await system.DefineAsync("credit", SampleFiles.Definition);
        foreach (var (name, content) in SampleFiles.All)
        {
            await system.SendAsync(HttpMethod.Put, $"/api/pipelines/credit/drops/{name}", ApiSystem.Csv(content), 202);
        }

        await system.SettledAsync("credit");
        var model = (await system.GetAsync("/api/pipelines/credit/models")).GetProperty("champion").GetString()!;
        await EnlargeAsync(system, model);
        var pipeline = "/api/pipelines/credit";
        foreach (var path in (string[])["/api/pipelines", "/api/runs?limit=50", "/api/runs?limit=50&where=auc%20%3E%200.5", "/api/runs/credit-run-999", $"{pipeline}/periods?limit=50", $"{pipeline}/performance?limit=60", $"{pipeline}/drift/summary", $"{pipeline}/alerts",
            $"{pipeline}/models?limit=50", $"{pipeline}/models/{model}/card", $"{pipeline}/releases?limit=50", $"{pipeline}/definition/history", $"{pipeline}/audit?limit=50"])
        {
            var times = new List<double>();
            for (var look = 0; look <= Looks; look++)
            {
                var watch = Stopwatch.StartNew();
                await system.GetAsync(path);
                times.Add(watch.Elapsed.TotalMilliseconds);
            }

            output.WriteLine($"{times.Skip(1).Order().ElementAt(Looks / 2),7:0} ms, {times[0]:0} the first time  {path}");
        }

        await using var window = await chromium.OpenAsync(system.Address);
        var page = window.Page;
        foreach (var view in (string[])["/#/", "/#/runs", "/#/runs/credit-run-999", "/#/pipelines/credit", "/#/pipelines/credit/models", $"/#/pipelines/credit/models/{model}"])
        {
            await page.GotoAsync("about:blank");
            var watch = Stopwatch.StartNew();
            await page.GotoAsync(view);
            await Assertions.Expect(page.Locator("h1")).ToBeVisibleAsync();
            var first = watch.ElapsedMilliseconds;
            await Assertions.Expect(page.Locator(".loading")).ToHaveCountAsync(0);
            var whole = watch.ElapsedMilliseconds;
            var longest = await page.EvaluateAsync<double>(LongestWhileScrolling);
            output.WriteLine($"{first,7} ms to its head, {whole} until all of it is there, {longest:0} the longest task while it is scrolled  {view}");
        }
    }

    private static async Task EnlargeAsync(ApiSystem system, string model)
    {
        var stop = TestContext.Current.CancellationToken;
        var text = (await system.Account.Artifacts.GetBlobClient($"credit/models/{model}/model.json").DownloadContentAsync(stop)).Value.Content.ToString();
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), stop, async (i, inner) =>
        {
            var version = $"20200{1 + (i % 9)}{10 + (i / 9 % 20)}-{i:x8}";
            var copy = JsonNode.Parse(text)!.AsObject();
            copy["version"] = version;
            await system.Account.Artifacts.GetBlobClient($"credit/models/{version}/model.json").UploadAsync(BinaryData.FromString(copy.ToJsonString()), inner);
        });
        var run = (await system.GetAsync("/api/runs?limit=50")).GetProperty("items").EnumerateArray().First(r => r.GetProperty("period").GetString() == "20201101").GetProperty("runId").GetString()!;
        var document = (await system.Account.Artifacts.GetBlobClient($"credit/runs/{run}/run.json").DownloadContentAsync(stop)).Value.Content.ToString();
        await Parallel.ForEachAsync(Enumerable.Range(0, 999), stop, async (i, inner) =>
            await system.Account.Artifacts.GetBlobClient($"credit/runs/credit-run-{i}/run.json").UploadAsync(BinaryData.FromString(document.Replace(run, $"credit-run-{i}", StringComparison.Ordinal)), inner));
        var began = new DateTimeOffset(2016, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await new LedgerStore(system.Account).UpdateAsync(PipelineName.Parse("credit"), ledger => ledger with { Runs = [.. Enumerable.Range(0, 1000).Select(i => ManyRunsTests.RunOf(i, began)), .. ledger.Runs] }, stop);
        await ManyRunsTests.WriteSearchAsync(system.Account);
    }
}
