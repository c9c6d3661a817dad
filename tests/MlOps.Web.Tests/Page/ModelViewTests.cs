using Microsoft.Playwright;
using MlOps.Pipeline.Registry;
using MlOps.Storage;
using MlOps.Web.Tests.Api;

namespace MlOps.Web.Tests.Page;

/// <summary>The page of one model as a data scientist uses it.</summary>
[Collection(TrainedApiCollection.Name)]
public sealed class ModelViewTests(TrainedApi trained, Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData("en", "Model {0}", "Promote", "Why (kept with the decision)", "MLflow folder (zip)", "What it goes by")]
    [InlineData("ja", "モデル {0}", "昇格", "理由 (判断とともに残ります)", "MLflow フォルダー (zip)", "使っている列")]
    public async Task A_model_is_looked_at_taken_along_and_promoted_with_a_reason(string language, string title, string promote, string why, string folder, string columns)
    {
        var models = await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/models");
        var champion = models.GetProperty("champion").GetString()!;
        var other = models.GetProperty("models").GetProperty("items").EnumerateArray().Select(m => m.GetProperty("version").GetString()!).First(v => v != champion);
        await using var window = await chromium.OpenAsync(trained.System.Address, language);
        var page = window.Page;
        var person = Person.With(language == "en" ? "keyboard" : "mouse", page);
        await page.GotoAsync($"/#/pipelines/{TrainedApi.Pipeline}/models");
        await person.UseAsync(page.GetByRole(AriaRole.Link, new() { Name = other, Exact = true }).First);

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = string.Format(System.Globalization.CultureInfo.InvariantCulture, title, other) })).ToBeFocusedAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = columns })).ToContainTextAsync("INCOME");
        await Assertions.Expect(page.Locator(".curve")).ToHaveCountAsync(3);
        var download = await page.RunAndWaitForDownloadAsync(() => person.UseAsync(page.GetByRole(AriaRole.Link, new() { Name = folder })));
        Assert.Equal($"{TrainedApi.Pipeline}-{other}.zip", download.SuggestedFilename);

        await person.UseAsync(page.GetByRole(AriaRole.Button, new() { Name = promote, Exact = true }));
        Assert.Empty(await ViewTests.BarriersAsync(page, "the question why a model is promoted"));
        await page.GetByLabel(why).FillAsync("the auditors ask for it");
        await person.UseAsync(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = promote, Exact = true }));
        await Assertions.Expect(page.Locator(".title .badge.good")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("the auditors ask for it").First).ToBeVisibleAsync();

        var aliases = new AliasStore(trained.System.Account, new ModelRegistry(trained.System.Account), TimeProvider.System);
        await aliases.PromoteAsync(PipelineName.Parse(TrainedApi.Pipeline), champion, TestContext.Current.CancellationToken);
    }
}
