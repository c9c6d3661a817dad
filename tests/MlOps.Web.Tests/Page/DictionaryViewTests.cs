using Microsoft.Playwright;
using MlOps.Web.Tests.Api;

namespace MlOps.Web.Tests.Page;

/// <summary>The data dictionary as somebody reads it who does not know the columns.</summary>
[Collection(TrainedApiCollection.Name)]
public sealed class DictionaryViewTests(TrainedApi trained, Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData("en", "Data dictionary", "Share of gain", "Find a column", 1280)]
    [InlineData("ja", "データ辞書", "利得の割合", "列を探す", 360)]
    public async Task Columns_are_found_by_what_they_mean_and_ordered_by_what_the_model_goes_by(string language, string title, string importance, string search, int width)
    {
        await using var window = await chromium.OpenAsync(trained.System.Address, language, width: width);
        var page = window.Page;
        await page.GotoAsync($"/#/pipelines/{TrainedApi.Pipeline}/data");
        var card = page.GetByRole(AriaRole.Region, new() { Name = title });
        await Assertions.Expect(card.Locator("tbody tr")).ToHaveCountAsync(7);

        // Markup in names and meanings is text.
        await Assertions.Expect(card).ToContainTextAsync(TrainedApi.Hostile);
        await Assertions.Expect(card).ToContainTextAsync("<b>before</b> taxes");
        await card.GetByRole(AriaRole.Button, new() { Name = importance }).ClickAsync();
        var entries = (await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/dictionary")).EnumerateArray()
            .Where(e => e.GetProperty("importance").ValueKind == System.Text.Json.JsonValueKind.Number).OrderByDescending(e => e.GetProperty("importance").GetDouble());
        await Assertions.Expect(card.Locator("tbody tr").First).ToContainTextAsync(entries.First().GetProperty("column").GetString()!);
        await card.GetByLabel(search).FillAsync("TAXES");
        await Assertions.Expect(card.Locator("tbody tr")).ToHaveCountAsync(1);
        await Assertions.Expect(card).ToContainTextAsync("kEUR");
        Assert.Empty(await ViewTests.BarriersAsync(page, "the data dictionary"));
        Assert.Equal(width, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
    }
}
