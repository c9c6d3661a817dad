using System.Text.Json;
using Microsoft.Playwright;
using MlOps.Testing;
using MlOps.Web.Tests.Api;

namespace MlOps.Web.Tests.Page;

/// <summary>A run that goes on is looked into: it stands still where it asks a person, with most of its steps behind it.</summary>
public sealed class LiveStepViewTests(AzuriteFixture azurite, Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData("en", "Train", "What it read, found and made", "Read", "Found and decided", "Running for", "Approve")]
    [InlineData("ja", "学習", "読んだもの・結果・作ったもの", "読んだもの", "結果と判断", "実行中 (経過", "承認")]
    public async Task Steps_that_have_ended_say_what_they_read_and_made_while_the_run_goes_on(
        string language, string step, string look, string read, string found, string running, string approve)
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        await system.DefineAsync("p", ApprovalApiTests.Definition);
        foreach (var (name, content) in SampleFiles.All)
        {
            await system.SendAsync(HttpMethod.Put, $"/api/pipelines/p/drops/{name}", ApiSystem.Csv(content), 202);
        }

        var (run, _) = await ApprovalApiTests.AskedAsync(system, "20201101");
        await using var window = await chromium.OpenAsync(system.Address, language);
        var page = window.Page;
        await page.GotoAsync($"/#/runs/{run}");
        var train = page.Locator("button.step.done").Filter(new() { HasText = step }).First;
        await train.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new(look) }).First.ClickAsync();
        var details = page.Locator(".step-look").First;
        await Assertions.Expect(details.GetByRole(AriaRole.Heading, new() { Name = read, Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(details.GetByRole(AriaRole.Heading, new() { Name = found })).ToBeVisibleAsync();
        await Assertions.Expect(details.Locator("a[download='model.txt']")).ToBeVisibleAsync();
        Assert.Empty(await ViewTests.BarriersAsync(page, "a step of a run that goes on"));

        // The step that it stands at says what it does.
        await page.Locator("button.step.running").First.ClickAsync();
        await Assertions.Expect(page.Locator(".step-details")).ToContainTextAsync(running);

        // What validation read is the file itself, which only the ledger knows by its content until the end.
        var steps = (await system.GetAsync($"/api/runs/{run}")).GetProperty("live").GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("key").GetString()!).ToArray();
        var validated = await system.GetAsync($"/api/runs/{run}/steps/{steps.First(k => k.StartsWith("validate-", StringComparison.Ordinal))}");
        Assert.Contains(validated.GetProperty("read").EnumerateArray(), r => r.GetProperty("file").GetString()?.EndsWith("20201101.csv", StringComparison.Ordinal) == true);
        Assert.True(validated.GetProperty("outcome").GetProperty("seconds").GetDouble() >= 0);
        Assert.Equal(JsonValueKind.Object, validated.GetProperty("result").ValueKind);

        // Nothing but its own keys, as at the end; and the file is the one that the step made.
        await system.SendAsync(HttpMethod.Get, $"/api/runs/{run}/steps/train-00000000000000000000000000000000", expected: 404);
        await page.GetByRole(AriaRole.Button, new() { Name = approve, Exact = true }).First.ClickAsync();
        await page.Locator("dialog button.primary").ClickAsync();
        await system.SettledAsync("p");
        await Assertions.Expect(page.Locator("#steps-title .badge")).ToHaveCountAsync(0);
        Assert.Equal(steps.Order(), (await system.GetAsync($"/api/runs/{run}")).GetProperty("document").GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("key").GetString()!).Intersect(steps).Order());
    }
}
