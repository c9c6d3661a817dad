using Microsoft.Playwright;
using MlOps.Testing;
using MlOps.Web.Tests.Api;

namespace MlOps.Web.Tests.Page;

/// <summary>The API is read and tried in a browser, and nothing of that comes from another server.</summary>
public sealed class ApiReferenceViewTests(AzuriteFixture azurite, Chromium chromium) : IClassFixture<Chromium>
{
    // A script of three megabytes that draws every call of the API: with other tests beside it, a browser without a graphics card takes its time.
    private const float Patient = 300_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_is_found_read_and_tried_and_no_other_server_is_asked(bool dark)
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        await system.DefineAsync("p", ApprovalApiTests.Definition);
        await using var window = await chromium.OpenAsync(system.Address, dark: dark);
        var page = window.Page;
        var elsewhere = new List<string>();
        page.Request += (_, request) =>
        {
            if (request.Url.StartsWith("http", StringComparison.Ordinal) && new Uri(request.Url).Authority != system.Address.Authority)
            {
                elsewhere.Add(request.Url);
            }
        };

        await page.GotoAsync("/docs#tag/pipelines/GET/api/pipelines", new() { WaitUntil = WaitUntilState.Commit });
        var call = page.Locator("section[id$='GET/api/pipelines']");
        await Assertions.Expect(call.GetByRole(AriaRole.Heading, new() { Name = "The pipelines, what needs attention first." })).ToBeVisibleAsync(new() { Timeout = Patient });
        await call.GetByRole(AriaRole.Button, new() { NameRegex = new("^Test Request") }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Button, new() { NameRegex = new("^Send") }).First.ClickAsync();
        await Assertions.Expect(dialog.GetByText("hasDefinition").First).ToBeVisibleAsync();
        Assert.Empty(elsewhere);
    }
}
