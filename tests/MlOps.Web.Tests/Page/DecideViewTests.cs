using Microsoft.Playwright;
using MlOps.Web.Tests.Api;

namespace MlOps.Web.Tests.Page;

/// <summary>Thresholds as an analyst tries them.</summary>
[Collection(TrainedApiCollection.Name)]
public sealed class DecideViewTests(TrainedApi trained, Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData("en", "Decide with the scores", "Cost of a false negative", "Take the cheapest", "Recall", "10,000 labelled rows of 2020-11-01")]
    [InlineData("ja", "スコアで判断する", "偽陰性 1 件の費用", "最も安いしきい値にする", "再現率", "2020-11-01 のラベル付き 10,000 行")]
    public async Task A_dear_false_negative_moves_the_cheapest_threshold_down_by_keyboard_alone(string language, string title, string cost, string cheapest, string recall, string whose)
    {
        var run = (await trained.System.GetAsync("/api/runs?pipeline=credit&period=20201101")).GetProperty("items")[0].GetProperty("runId").GetString()!;
        await using var window = await chromium.OpenAsync(trained.System.Address, language, width: language == "ja" ? 360 : 1280);
        var page = window.Page;
        var person = Person.With("keyboard", page);
        await page.GotoAsync($"/#/runs/{run}");
        var card = page.GetByRole(AriaRole.Region, new() { Name = title });
        await Assertions.Expect(card).ToContainTextAsync(whose);
        var slider = card.GetByRole(AriaRole.Slider);
        var before = int.Parse(await slider.InputValueAsync(), System.Globalization.CultureInfo.InvariantCulture);

        await card.GetByLabel(cost).FillAsync("20");
        await person.UseAsync(card.GetByRole(AriaRole.Button, new() { Name = cheapest }));
        var after = int.Parse(await slider.InputValueAsync(), System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(after < before, $"{after} is not below {before}");
        await slider.FocusAsync();
        await page.Keyboard.PressAsync("Home");
        await Assertions.Expect(card.Locator(".facts > div").Filter(new() { HasText = recall })).ToContainTextAsync("100");
        Assert.Empty(await ViewTests.BarriersAsync(page, "the explorer of thresholds"));
        Assert.Equal(language == "ja" ? 360 : 1280, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
    }
}
