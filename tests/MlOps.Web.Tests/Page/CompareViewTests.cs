using Microsoft.Playwright;
using MlOps.Web.Tests.Api;

namespace MlOps.Web.Tests.Page;

/// <summary>Models and runs are ticked and seen beside each other.</summary>
[Collection(TrainedApiCollection.Name)]
public sealed class CompareViewTests(TrainedApi trained, Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData("en", "Compare these 2", "2 models beside each other", "On the same rows", "hold against this", "Parameters that differ")]
    [InlineData("ja", "選んだ 2 件を比較", "2 個のモデルの比較", "同じ行での比較", "これを基準にする", "異なるパラメーター")]
    public async Task Models_are_ticked_compared_and_held_against_another_by_keyboard_alone(string language, string compare, string title, string same, string against, string parameters)
    {
        var versions = (await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/models")).GetProperty("models").GetProperty("items").EnumerateArray().Select(m => m.GetProperty("version").GetString()!).ToArray();
        var width = language == "ja" ? 360 : 1280;
        await using var window = await chromium.OpenAsync(trained.System.Address, language, width: width);
        var page = window.Page;
        var person = Person.With("keyboard", page);
        await page.GotoAsync($"/#/pipelines/{TrainedApi.Pipeline}/models");
        foreach (var version in versions)
        {
            await page.GetByRole(AriaRole.Checkbox, new() { NameRegex = new(version) }).FocusAsync();
            await page.Keyboard.PressAsync("Space");
        }

        await person.UseAsync(page.GetByRole(AriaRole.Link, new() { Name = compare }));
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = title, Level = 1 })).ToBeVisibleAsync();
        var table = page.GetByRole(AriaRole.Region, new() { Name = same });
        await Assertions.Expect(table.Locator("tbody tr").First.Locator("th")).ToContainTextAsync("binary_logloss");
        await Assertions.Expect(table.Locator("tbody tr").First.Locator("td").Nth(1)).ToContainTextAsync("…");
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = parameters })).ToBeVisibleAsync();
        Assert.Empty(await ViewTests.BarriersAsync(page, "models beside each other"));
        Assert.Equal(width, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));

        if (width > 800)
        {
            await person.UseAsync(table.GetByText(against));
            await Assertions.Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"compare/{versions[1]}/{versions[0]}$"));
            await Assertions.Expect(table.Locator("thead code").First).ToHaveTextAsync(versions[1]);
        }
    }

    [Theory]
    [InlineData("en", "Compare these 3", "3 runs beside each other", "auc over periods")]
    [InlineData("ja", "選んだ 3 件を比較", "3 件の実行の比較", "期間ごとの auc")]
    public async Task Runs_are_ticked_and_compared(string language, string compare, string title, string chart)
    {
        await using var window = await chromium.OpenAsync(trained.System.Address, language, dark: true, width: language == "ja" ? 360 : 1280);
        var page = window.Page;
        await page.GotoAsync($"/#/pipelines/{TrainedApi.Pipeline}/runs");
        await Assertions.Expect(page.Locator("tbody input[type=checkbox]")).ToHaveCountAsync(3);
        foreach (var tick in await page.Locator("tbody input[type=checkbox]").AllAsync())
        {
            await tick.CheckAsync();
        }

        await page.GetByRole(AriaRole.Link, new() { Name = compare }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = title, Level = 1 })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = chart })).ToBeVisibleAsync();
        Assert.Empty(await ViewTests.BarriersAsync(page, "runs beside each other"));
        Assert.Equal(language == "ja" ? 360 : 1280, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
    }
}
