using Microsoft.Playwright;
using MlOps.Web.Tests.Api;

namespace MlOps.Web.Tests.Page;

/// <summary>A run is tagged and found again on the page.</summary>
[Collection(TrainedApiCollection.Name)]
public sealed class FindViewTests(TrainedApi trained, Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData("en", "Add tags or a note", "Tags, with blanks between them", "Note", "Save", "Change", "Search", "Did you mean 'auc'?")]
    [InlineData("ja", "タグやメモを付ける", "タグ (空白で区切る)", "メモ", "保存", "変更", "検索", "「auc」でしょうか?")]
    public async Task A_run_is_tagged_and_found_by_keyboard_alone(string language, string add, string tags, string note, string save, string change, string search, string meant)
    {
        var run = (await trained.System.GetAsync("/api/runs?pipeline=credit&period=20201101")).GetProperty("items")[0].GetProperty("runId").GetString()!;
        await using var window = await chromium.OpenAsync(trained.System.Address, language, width: language == "ja" ? 360 : 1280);
        var page = window.Page;
        var person = Person.With("keyboard", page);
        await page.GotoAsync($"/#/runs/{run}");
        await person.UseAsync(page.GetByRole(AriaRole.Button, new() { Name = add }));
        Assert.Empty(await ViewTests.BarriersAsync(page, "the question which tags"));
        await page.GetByLabel(tags).FillAsync("audit 監査");
        await page.GetByLabel(note, new() { Exact = true }).FillAsync("for the board");
        await person.UseAsync(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = save }));
        await Assertions.Expect(page.Locator(".tags .tag")).ToHaveTextAsync(["audit", "監査"]);

        await page.GotoAsync("/#/runs");
        await page.GetByRole(AriaRole.Searchbox).FillAsync("auc > 0.5 and tag = 監査");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("tbody tr").First).ToContainTextAsync("2020-11-01");
        Assert.Empty(await ViewTests.BarriersAsync(page, "runs that were searched"));
        await page.GetByRole(AriaRole.Searchbox).FillAsync("acu > 0.5");
        await person.UseAsync(page.GetByRole(AriaRole.Button, new() { Name = search, Exact = true }));
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync(meant);
        Assert.Equal(language == "ja" ? 360 : 1280, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));

        // The refusal itself is a line in the browser's log, and nothing else is.
        Assert.All(window.Faults, fault => Assert.Contains("400", fault, StringComparison.Ordinal));
        window.Forgive();
        await page.GotoAsync($"/#/runs/{run}");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = change })).ToBeVisibleAsync();
        await trained.System.SendAsync(HttpMethod.Put, $"/api/runs/{run}/tags", ApiSystem.Json(new { }));
    }
}
