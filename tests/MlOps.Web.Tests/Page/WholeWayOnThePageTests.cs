using System.Globalization;
using Microsoft.Playwright;
using MlOps.Testing;
using MlOps.Web.Tests.Api;

namespace MlOps.Web.Tests.Page;

public sealed class WholeWayOnThePageTests(AzuriteFixture azurite, Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData("mouse", "en")]
    [InlineData("mouse", "ja")]
    [InlineData("keyboard", "en")]
    [InlineData("keyboard", "ja")]
    public async Task A_person_drops_files_watches_the_run_reads_the_report_downloads_promotes_and_rolls_back(string hand, string language)
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        await system.DefineAsync("credit", SampleFiles.Definition);

        // The browser speaks the other language, so that the switch is used too.
        await using var window = await chromium.OpenAsync(system.Address, language == "ja" ? "en" : "ja");
        var page = window.Page;
        var person = Person.With(hand, page);
        var words = Words.Of(language);
        await page.GotoAsync("/");
        await person.UseAsync(page.GetByRole(AriaRole.Button, new() { Name = words.Language }));
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", language);

        await person.UseAsync(page.GetByRole(AriaRole.Link, new() { Name = "credit", Exact = true }));
        await HeadingAsync(page, "credit");
        await person.DropAsync(words, SampleFiles.All);
        await person.UseAsync(page.GetByRole(AriaRole.Link, new() { Name = string.Format(CultureInfo.InvariantCulture, words.RunOf, "2020-11-01") }));

        // Nothing is loaded anew from here on: what the page shows at the end has come to it by itself.
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = words.Steps })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".title .badge")).ToHaveTextAsync(words.Succeeded);
        await Assertions.Expect(page.Locator(".step.done")).Not.ToHaveCountAsync(0);

        await person.UseAsync(page.GetByRole(AriaRole.Link, new() { Name = words.ReadReport }));
        await Assertions.Expect(page.FrameLocator("iframe.report").Locator("h1")).ToHaveTextAsync("150 rows are predicted");

        var download = await page.RunAndWaitForDownloadAsync(() => person.UseAsync(page.GetByRole(AriaRole.Link, new() { Name = words.Download })));
        var expected = await system.Client.GetByteArrayAsync("/api/pipelines/credit/periods/20201101/predictions.csv", TestContext.Current.CancellationToken);
        Assert.Equal(expected, await File.ReadAllBytesAsync(await download.PathAsync(), TestContext.Current.CancellationToken));
        Assert.Equal("pred_20201101.csv", download.SuggestedFilename);

        await ReleaseAsync(system, page, person, words);
    }

    [Fact]
    public async Task A_run_that_waits_is_watched_until_its_end_without_loading_anew()
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        await system.DefineAsync("credit", SampleFiles.Definition);
        await system.SendAsync(HttpMethod.Put, "/api/pipelines/credit/drops/20201001.csv", ApiSystem.Csv(SampleFiles.All[1].Content), 202);
        await using var window = await chromium.OpenAsync(system.Address);
        var page = window.Page;
        await page.GotoAsync("/#/pipelines/credit");
        await page.GetByRole(AriaRole.Link, new() { Name = "Run of 2020-10-01" }).ClickAsync();
        await Assertions.Expect(page.Locator(".now")).ToContainTextAsync("initial.csv");
        await Assertions.Expect(page.Locator(".step.waiting")).Not.ToHaveCountAsync(0);

        await system.SendAsync(HttpMethod.Put, "/api/pipelines/credit/drops/initial.csv", ApiSystem.Csv(SampleFiles.All[0].Content), 202);
        await Assertions.Expect(page.Locator(".title .badge")).ToHaveTextAsync("Succeeded");
        await Assertions.Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "The run has ended" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".step.waiting")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData("mouse")]
    [InlineData("keyboard")]
    public async Task A_run_that_asks_a_person_is_answered_where_it_is_watched(string hand)
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        await system.DefineAsync("p", ApprovalApiTests.Definition);
        foreach (var (name, content) in SampleFiles.All)
        {
            await system.SendAsync(HttpMethod.Put, $"/api/pipelines/p/drops/{name}", ApiSystem.Csv(content), 202);
        }

        var (run, question) = await ApprovalApiTests.AskedAsync(system, "20201101");
        await using var window = await chromium.OpenAsync(system.Address, width: 360);
        var page = window.Page;
        var person = Person.With(hand, page);
        await page.GotoAsync($"/#/runs/{run}");
        await Assertions.Expect(page.Locator(".step.running")).ToContainTextAsync("Gate");
        await Assertions.Expect(page.GetByText("Estimate: about")).ToContainTextAsync("by what the last run took");
        await person.UseAsync(page.GetByRole(AriaRole.Button, new() { Name = "Approve" }));
        Assert.Empty(await ViewTests.BarriersAsync(page, "the question whether a model may predict"));
        await person.UseAsync(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Approve" }));
        await Assertions.Expect(page.Locator(".title .badge")).ToHaveTextAsync("Succeeded");
        Assert.Equal(question.GetProperty("challenger").GetString(), (await system.GetAsync("/api/pipelines/p/models")).GetProperty("champion").GetString());
    }

    private static async Task ReleaseAsync(ApiSystem system, IPage page, Person person, Words words)
    {
        await person.UseAsync(page.GetByRole(AriaRole.Link, new() { Name = "credit", Exact = true }));
        await person.UseAsync(page.GetByRole(AriaRole.Link, new() { Name = words.Models, Exact = true }));
        var live = page.GetByRole(AriaRole.Region, new() { Name = words.Live }).Locator(".big");
        var models = await system.GetAsync("/api/pipelines/credit/models");
        var champion = models.GetProperty("champion").GetString()!;
        var other = models.GetProperty("models").GetProperty("items").EnumerateArray().Select(m => m.GetProperty("version").GetString()!).First(v => v != champion);
        await Assertions.Expect(live).ToHaveTextAsync(champion);

        await person.UseAsync(page.GetByRole(AriaRole.Button, new() { Name = string.Format(CultureInfo.InvariantCulture, words.PromoteOf, other) }));
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Textbox).FillAsync("it held up better");
        await person.UseAsync(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = words.Promote }));
        await Assertions.Expect(live).ToHaveTextAsync(other);

        await person.UseAsync(page.GetByRole(AriaRole.Button, new() { Name = words.Rollback }));
        await person.UseAsync(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = words.Rollback }));
        await Assertions.Expect(live).ToHaveTextAsync(champion);
        Assert.Equal(champion, (await system.GetAsync("/api/pipelines/credit/models")).GetProperty("champion").GetString());
    }

    private static Task HeadingAsync(IPage page, string name) => Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = name, Level = 1 })).ToBeVisibleAsync();
}
