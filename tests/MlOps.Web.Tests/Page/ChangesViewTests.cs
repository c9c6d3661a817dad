using Microsoft.Playwright;
using MlOps.Testing;
using MlOps.Web.Tests.Api;

namespace MlOps.Web.Tests.Page;

/// <summary>Who changed what, and the way back to an earlier definition.</summary>
public sealed class ChangesViewTests(AzuriteFixture azurite, Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData("en", "keyboard", "Save", "What changed", "Back to this", "Changes", "Change definition")]
    [InlineData("ja", "mouse", "保存", "変更点", "これに戻す", "変更履歴", "定義の変更")]
    public async Task A_definition_is_changed_compared_and_gone_back_to_and_the_change_is_listed(
        string language, string hand, string save, string difference, string back, string changes, string action)
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        await system.DefineAsync("p", SampleFiles.Definition);
        await using var window = await chromium.OpenAsync(system.Address, language, width: language == "ja" ? 360 : 1280);
        var page = window.Page;
        var person = Person.With(hand, page);
        await page.GotoAsync("/#/pipelines/p/definition");
        var editor = page.Locator("textarea");
        await editor.FillAsync(SampleFiles.Definition.Replace("num_leaves: 5", "num_leaves: 6", StringComparison.Ordinal));
        await person.UseAsync(page.GetByRole(AriaRole.Button, new() { Name = save, Exact = true }));

        await Assertions.Expect(page.Locator(".revisions > li")).ToHaveCountAsync(2);
        await person.UseAsync(page.GetByRole(AriaRole.Button, new() { NameRegex = new(difference) }).First);
        await Assertions.Expect(page.Locator(".difference .added")).ToHaveTextAsync("+   num_leaves: 6\n");
        await Assertions.Expect(page.Locator(".difference .removed")).ToHaveTextAsync("−   num_leaves: 5\n");
        Assert.Empty(await ViewTests.BarriersAsync(page, "what changed in a definition"));
        Assert.Equal(language == "ja" ? 360 : 1280, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));

        await person.UseAsync(page.Locator(".revisions").GetByText(back, new() { Exact = true }));
        await Assertions.Expect(editor).ToBeFocusedAsync();
        await Assertions.Expect(editor).ToHaveValueAsync(SampleFiles.Definition);
        await person.UseAsync(page.GetByRole(AriaRole.Button, new() { Name = save, Exact = true }));
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = save, Exact = true })).ToBeDisabledAsync();
        Assert.Equal(SampleFiles.Definition, await system.Client.GetStringAsync("/api/pipelines/p/definition", TestContext.Current.CancellationToken));

        await person.UseAsync(page.GetByRole(AriaRole.Link, new() { Name = changes, Exact = true }));
        await Assertions.Expect(page.GetByRole(AriaRole.Rowheader, new() { Name = action })).ToHaveCountAsync(2);
        Assert.Empty(await ViewTests.BarriersAsync(page, "who changed what"));
    }
}
