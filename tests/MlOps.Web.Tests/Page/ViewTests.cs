using Microsoft.Playwright;
using MlOps.Testing;
using MlOps.Web.Tests.Api;

namespace MlOps.Web.Tests.Page;

[Collection(TrainedApiCollection.Name)]
public sealed class ViewTests(TrainedApi trained, Chromium chromium) : IClassFixture<Chromium>
{
    private static readonly string AxeSource = File.ReadAllText(Path.Combine(Repository(), "functions", "MlOps.Web", "Page", "node_modules", "axe-core", "axe.min.js"));

    [Theory]
    [InlineData("en", false, 1280)]
    [InlineData("en", true, 1280)]
    [InlineData("en", false, 360)]
    [InlineData("ja", true, 360)]
    public async Task No_view_has_a_barrier_that_can_be_found_by_program(string language, bool dark, int width)
    {
        await using var window = await chromium.OpenAsync(trained.System.Address, language, dark, width);
        var page = window.Page;
        var barriers = new List<string>();
        foreach (var view in await ViewsAsync())
        {
            await OpenAsync(page, view);
            barriers.AddRange(await BarriersAsync(page, view));
            var widest = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth");
            barriers.AddRange(widest <= width ? [] : [$"{view} is {widest} wide in a window of {width}."]);
        }

        await page.GotoAsync($"/#/pipelines/{TrainedApi.Pipeline}/models");
        await page.Locator("tbody button").First.ClickAsync();
        barriers.AddRange(await BarriersAsync(page, "the question before a promotion"));
        Assert.Empty(barriers);
    }

    [Fact]
    public async Task Names_and_texts_of_files_are_shown_as_texts()
    {
        await using var window = await chromium.OpenAsync(trained.System.Address);
        var page = window.Page;
        foreach (var view in await ViewsAsync())
        {
            await OpenAsync(page, view);
            Assert.Equal(0, await page.Locator("main img, main script, main [onerror]").CountAsync());
        }

        await OpenAsync(page, $"/#/pipelines/{TrainedApi.Pipeline}/data");
        // In the dictionary and in the profile.
        await Assertions.Expect(page.Locator("tbody code").Filter(new() { HasText = TrainedApi.Hostile })).ToHaveCountAsync(2);
        var file = new FilePayload { Name = $"{TrainedApi.Hostile}.csv", MimeType = "text/csv", Buffer = [1] };
        await page.Locator("input[type=file]").SetInputFilesAsync(file);
        await Assertions.Expect(page.Locator(".sent .refused")).ToContainTextAsync(TrainedApi.Hostile);
        Assert.Equal(0, await page.Locator("main img").CountAsync());

        // The refusal itself is a line in the browser's log, and nothing else is.
        Assert.All(window.Faults, fault => Assert.Contains("400", fault, StringComparison.Ordinal));
        window.Forgive();
    }

    [Fact]
    public async Task A_refusal_is_in_the_pages_language_with_what_to_do()
    {
        await using var window = await chromium.OpenAsync(trained.System.Address, "ja");
        var page = window.Page;
        await OpenAsync(page, $"/#/pipelines/{TrainedApi.Pipeline}/data");
        await page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = "october.csv", MimeType = "text/csv", Buffer = [1] });
        await Assertions.Expect(page.Locator(".sent .refused")).ToContainTextAsync(new System.Text.RegularExpressions.Regex(@"ドロップできるファイルの名前ではありません。\s*対処: initial\.csv \(履歴\) または"));
        window.Forgive();
    }

    [Fact]
    public async Task A_place_that_does_not_exist_says_what_to_do()
    {
        await using var window = await chromium.OpenAsync(trained.System.Address);
        var page = window.Page;
        await OpenAsync(page, "/#/nowhere/at/all");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "To the pipelines" })).ToBeVisibleAsync();
        await OpenAsync(page, "/#/pipelines/no-such-one");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("no-such-one");
        window.Forgive();
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_told_of_and_tried_again()
    {
        await using var window = await chromium.OpenAsync(trained.System.Address);
        var page = window.Page;
        await page.RouteAsync("**/api/**", route => route.AbortAsync());
        await OpenAsync(page, "/#/");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("does not answer");
        await page.UnrouteAllAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = TrainedApi.Pipeline, Exact = true })).ToBeVisibleAsync();
        window.Forgive();
    }

    [Fact]
    public async Task Going_to_another_place_takes_the_focus_to_its_heading_and_names_the_window()
    {
        await using var window = await chromium.OpenAsync(trained.System.Address);
        var page = window.Page;
        await OpenAsync(page, "/#/");
        await page.GetByRole(AriaRole.Link, new() { Name = TrainedApi.Pipeline, Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = TrainedApi.Pipeline })).ToBeFocusedAsync();
        await Assertions.Expect(page).ToHaveTitleAsync($"{TrainedApi.Pipeline}: Periods · MlOps");
    }

    [Theory]
    [InlineData("en")]
    [InlineData("ja")]
    public async Task The_first_view_transfers_less_than_a_hundred_and_twenty_kilobytes(string language)
    {
        await using var window = await chromium.OpenAsync(trained.System.Address, language);
        await OpenAsync(window.Page, "/#/");
        var bytes = await window.Page.EvaluateAsync<int>("() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce((sum, e) => sum + e.transferSize, 0)");
        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes} bytes");
        Assert.InRange(bytes, 20_000, 120_000);
    }

    private static async Task OpenAsync(IPage page, string view)
    {
        await page.GotoAsync("about:blank");
        await page.GotoAsync(view);
        await Assertions.Expect(page.Locator("h1")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".loading")).ToHaveCountAsync(0);
    }

    internal static async Task<IEnumerable<string>> BarriersAsync(IPage page, string view)
    {
        await page.EvaluateAsync(AxeSource);
        var found = await page.EvaluateAsync<string[]>(
            "async () => (await axe.run(document, { iframes: false })).violations.map(v => `${v.id}: ${v.help}: ${v.nodes.map(n => n.html.slice(0, 200)).join(' | ')}`)");
        return found.Select(barrier => $"{view}: {barrier}");
    }

    private async Task<IReadOnlyList<string>> ViewsAsync()
    {
        var pipeline = $"/#/pipelines/{TrainedApi.Pipeline}";
        var runs = (await trained.System.GetAsync("/api/runs")).GetProperty("items").EnumerateArray().Select(r => r.GetProperty("runId").GetString()!).ToList();
        var models = (await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/models")).GetProperty("models").GetProperty("items")
            .EnumerateArray().Select(m => m.GetProperty("version").GetString()!).ToList();
        return
        [
            "/#/", "/#/runs", $"/#/runs/{runs.First(r => r.Contains("20201101", StringComparison.Ordinal))}", $"/#/runs/{runs.First(r => r.Contains("initial", StringComparison.Ordinal))}",
            pipeline, $"{pipeline}/runs", $"{pipeline}/models", $"{pipeline}/data", $"{pipeline}/definition", $"{pipeline}/changes", $"{pipeline}/models/{models[0]}", $"{pipeline}/compare/{models[0]}/{models[1]}", $"/#/compare/{string.Join('/', runs)}", "/#/new", $"{pipeline}/report/20201101", "/#/nowhere",
        ];
    }

    private static string Repository()
    {
        var above = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(above!.FullName, "MlOps.sln")))
        {
            above = above.Parent;
        }

        return above.FullName;
    }
}
