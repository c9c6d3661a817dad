using Microsoft.Playwright;
using MlOps.Web.Tests.Api;

namespace MlOps.Web.Tests.Page;

/// <summary>A step of a run is looked into.</summary>
[Collection(TrainedApiCollection.Name)]
public sealed class StepViewTests(TrainedApi trained, Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData("en", "Evaluate", "What it read, found and made", "Found and decided", "Look into")]
    [InlineData("ja", "評価", "読んだもの・結果・作ったもの", "結果と判断", "を見る")]
    public async Task A_step_says_what_it_read_and_found_and_its_files_are_seen_and_taken_by_keyboard_alone(string language, string step, string look, string found, string into)
    {
        var run = (await trained.System.GetAsync("/api/runs?pipeline=credit&period=20201101")).GetProperty("items")[0].GetProperty("runId").GetString()!;
        var width = language == "ja" ? 360 : 1280;
        await using var window = await chromium.OpenAsync(trained.System.Address, language, width: width);
        var page = window.Page;
        var person = Person.With("keyboard", page);
        await page.GotoAsync($"/#/runs/{run}");
        await person.UseAsync(page.Locator("button.step").Filter(new() { HasText = step }).First);
        await person.UseAsync(page.GetByRole(AriaRole.Button, new() { NameRegex = new(look) }).First);
        var details = page.Locator(".step-look").First;
        await Assertions.Expect(details.GetByRole(AriaRole.Heading, new() { Name = found })).ToBeVisibleAsync();
        await Assertions.Expect(details).ToContainTextAsync("model");

        await person.UseAsync(details.GetByRole(AriaRole.Button, new() { NameRegex = new(into) }).First);
        await Assertions.Expect(details.Locator("pre.look").First).ToContainTextAsync("{");
        Assert.Empty(await ViewTests.BarriersAsync(page, "a step that is looked into"));
        Assert.Equal(width, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        var link = details.Locator("a[download]").First;
        var download = await page.RunAndWaitForDownloadAsync(() => person.UseAsync(link));
        Assert.Equal(await link.TextContentAsync(), download.SuggestedFilename);
    }
}
