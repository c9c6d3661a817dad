using Microsoft.Playwright;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Storage;
using MlOps.Web.Tests.Api;

namespace MlOps.Web.Tests.Page;

/// <summary>Alerts and drift as whoever is on call uses them.</summary>
[Collection(TrainedApiCollection.Name)]
public sealed class AlertViewTests(TrainedApi trained, Chromium chromium) : IClassFixture<Chromium>
{
    private static readonly PipelineName Pipeline = PipelineName.Parse(TrainedApi.Pipeline);

    [Theory]
    [InlineData("keyboard", "en", "DEBT", "Acknowledge", "Mute", "Hear again", "Why (kept with the decision)", "alert is known or muted")]
    [InlineData("mouse", "ja", "INCOME", "確認済みにする", "しばらく止める", "再び知らせる", "理由 (判断とともに残ります)", "通知停止中の警告 1 件")]
    public async Task An_alert_is_acknowledged_with_a_reason_is_quiet_and_is_heard_again(string hand, string language, string subject, string acknowledge, string mute, string unmute, string why, string quiet)
    {
        await new AlertBook(trained.System.Account).EnterAsync(Pipeline, $"r-{subject}", "20201101", [new MonitorAlert("drift", subject, 0.3, $"{subject} has drifted.")], []);
        await using var window = await chromium.OpenAsync(trained.System.Address, language, width: hand == "keyboard" ? 1280 : 360);
        var page = window.Page;
        var person = Person.With(hand, page);
        await page.GotoAsync($"/#/pipelines/{TrainedApi.Pipeline}");
        var button = page.GetByRole(AriaRole.Button, new() { NameRegex = new($"^{acknowledge}: .*{subject}") });
        await person.UseAsync(button);
        Assert.Empty(await ViewTests.BarriersAsync(page, "the question whether an alert is known"));
        await page.GetByLabel(why).FillAsync("a new branch in Kyoto");
        await person.UseAsync(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = acknowledge }));

        await Assertions.Expect(page.GetByText(quiet)).ToBeVisibleAsync();
        await person.UseAsync(page.GetByText(quiet));
        await Assertions.Expect(page.Locator(".quieted")).ToContainTextAsync("a new branch in Kyoto");
        Assert.Empty(await ViewTests.BarriersAsync(page, "known alerts"));
        Assert.Equal(language == "en" ? 1280 : 360, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));

        await person.UseAsync(page.GetByRole(AriaRole.Button, new() { NameRegex = new($"^{unmute}: .*{subject}") }));
        await person.UseAsync(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = unmute }));
        await Assertions.Expect(button).ToBeVisibleAsync();
        await person.UseAsync(page.GetByRole(AriaRole.Button, new() { NameRegex = new($"^{mute}: .*{subject}") }));
        Assert.Empty(await ViewTests.BarriersAsync(page, "the question how long an alert is muted"));
        await page.Keyboard.PressAsync("Escape");
        await new AlertBook(trained.System.Account).EnterAsync(Pipeline, $"r-{subject}-gone", "20201201", [], []);
    }

    [Fact]
    public async Task The_columns_of_a_period_are_ordered_by_the_head_that_is_pressed()
    {
        await using var window = await chromium.OpenAsync(trained.System.Address);
        var page = window.Page;
        await page.GotoAsync($"/#/pipelines/{TrainedApi.Pipeline}");
        var table = page.GetByRole(AriaRole.Region, new() { Name = "Drift in 2020-11-01" });
        await Assertions.Expect(table.Locator(".verdict")).ToContainTextAsync("columns");
        await table.GetByRole(AriaRole.Button, new() { Name = "PSI", Exact = false }).First.ClickAsync();
        var psi = (await table.Locator("td[data-label=PSI]").AllTextContentsAsync()).Select(text => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).ToArray();

        Assert.Equal(6, psi.Length);
        Assert.Equal(psi.OrderDescending(), psi);
        await table.GetByRole(AriaRole.Button, new() { Name = "Column" }).ClickAsync();
        var names = await table.Locator("tbody th").AllTextContentsAsync();
        Assert.StartsWith(TrainedApi.Hostile, names[0], StringComparison.Ordinal);
        await Assertions.Expect(table.GetByRole(AriaRole.Columnheader, new() { Name = "Column" })).ToHaveAttributeAsync("aria-sort", "ascending");
    }
}
