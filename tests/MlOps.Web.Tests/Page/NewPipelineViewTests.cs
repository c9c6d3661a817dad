using Microsoft.Playwright;
using MlOps.Testing;
using MlOps.Web.Tests.Api;

namespace MlOps.Web.Tests.Page;

/// <summary>A pipeline is made from a file, on the page alone.</summary>
public sealed class NewPipelineViewTests(AzuriteFixture azurite, Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData("en", "keyboard", "New pipeline", "Choose a file", "To be predicted", "Line", "Save and start", "May give the label away", "Column to predict", "Name of the pipeline")]
    [InlineData("ja", "mouse", "新しいパイプライン", "ファイルを選ぶ", "予測する列", "行", "保存して開始", "ラベルを漏らしている可能性", "Column to predict", "パイプラインの名前")]
    public async Task A_file_is_chosen_its_draft_corrected_and_started_and_nothing_is_kept_before(
        string language, string hand, string create, string choose, string label, string line, string start, string leaks, string help, string name)
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        var width = language == "ja" ? 360 : 1280;
        await using var window = await chromium.OpenAsync(system.Address, language, width: width);
        var page = window.Page;
        var person = Person.With(hand, page);
        await page.GotoAsync("/");
        await person.UseAsync(page.GetByRole(AriaRole.Link, new() { Name = create }).First);
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = create, Level = 1 })).ToBeVisibleAsync();
        var chooser = await page.RunAndWaitForFileChooserAsync(() => person.UseAsync(page.GetByRole(AriaRole.Button, new() { Name = choose })));
        await chooser.SetFilesAsync(new FilePayload { Name = "visits 2024.csv", MimeType = "text/csv", Buffer = DraftApiTests.File() });

        // What the file holds, as texts; what gives the label away is named.
        await Assertions.Expect(page.GetByLabel(label)).ToHaveValueAsync("TARGET");
        await Assertions.Expect(page.GetByText(leaks)).ToContainTextAsync("PAID");
        await Assertions.Expect(page.Locator("tbody code").Filter(new() { HasText = "<img src=x" })).ToBeVisibleAsync();
        Assert.Equal(0, await page.Locator("main img, main script, main [onerror]").CountAsync());
        Assert.Empty(await ViewTests.BarriersAsync(page, "a new pipeline"));
        Assert.Equal(width, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));

        // A mistake is named with its line, and the start waits until it is gone.
        var editor = page.Locator("textarea");
        var drafted = await editor.InputValueAsync();
        await editor.FillAsync(drafted.Replace("label: TARGET", "lable: TARGET", StringComparison.Ordinal));
        var go = page.GetByRole(AriaRole.Button, new() { Name = start });
        await Assertions.Expect(go).ToBeDisabledAsync();
        await person.UseAsync(page.GetByRole(AriaRole.Button, new() { NameRegex = new($"^({line} )?\\d+( {line})?$") }).First);
        await Assertions.Expect(editor).ToBeFocusedAsync();
        Assert.Empty(await ViewTests.BarriersAsync(page, "a mistake in a definition"));
        await editor.FillAsync(drafted + "model: {num_iterations: 5}\n");
        await editor.EvaluateAsync("e => { const at = e.value.indexOf('label: TARGET'); e.setSelectionRange(at, at); }");
        await editor.PressAsync("ArrowRight");
        await Assertions.Expect(page.Locator(".help")).ToContainTextAsync(help);
        Assert.False(await system.Account.Definitions.GetBlobClient("visits-2024.yaml").ExistsAsync(TestContext.Current.CancellationToken));

        await Assertions.Expect(page.GetByLabel(name)).ToHaveValueAsync("visits-2024");
        await Assertions.Expect(go).ToBeEnabledAsync();
        await person.UseAsync(go);
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "visits-2024", Level = 1 })).ToBeVisibleAsync();
        Assert.All(await system.SettledAsync("visits-2024"), s => Assert.Equal("succeeded", s.State));
        Assert.Equal(drafted + "model: {num_iterations: 5}\n", await system.Client.GetStringAsync("/api/pipelines/visits-2024/definition", TestContext.Current.CancellationToken));

        // A second one of the name takes nothing away from the first.
        await page.GotoAsync("/#/new");
        await page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = "visits 2024.csv", MimeType = "text/csv", Buffer = DraftApiTests.File() });
        await page.GetByRole(AriaRole.Button, new() { Name = start }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        Assert.Equal(drafted + "model: {num_iterations: 5}\n", await system.Client.GetStringAsync("/api/pipelines/visits-2024/definition", TestContext.Current.CancellationToken));
        window.Forgive();
    }
}
