using System.Text.Json;
using Microsoft.Playwright;

namespace MlOps.Web.Tests.Page;

/// <summary>
/// Pictures of every view, to be looked at by people: three widths, light and dark, both languages, of a server that runs. What a program can find (barriers, widths)
/// is in <see cref="ViewTests"/>. <c>montage</c> puts them beside each other.
/// </summary>
public sealed class ContactSheetTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const int TallestShown = 2600;

    [Fact]
    public async Task Pictures_are_taken_of_every_view_of_a_server()
    {
        var folder = Environment.GetEnvironmentVariable("MLOPS_SHEETS");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "takes pictures: MLOPS_SHEETS=FOLDER MLOPS_SHEETS_OF=http://127.0.0.1:5080");
        var server = new Uri(Environment.GetEnvironmentVariable("MLOPS_SHEETS_OF") ?? "http://127.0.0.1:5080");
        var views = await ViewsAsync(server);
        foreach (var (language, dark) in ((string, bool)[])[("en", false), ("ja", true), ("en", true), ("ja", false)])
        {
            foreach (var width in (int[])[360, 768, 1440])
            {
                await using var window = await chromium.OpenAsync(server, language, dark, width);
                foreach (var (name, place) in views)
                {
                    await window.Page.GotoAsync("about:blank");
                    await window.Page.GotoAsync(place);
                    await Assertions.Expect(window.Page.Locator("h1, main").First).ToBeVisibleAsync();
                    await Assertions.Expect(window.Page.Locator(".loading")).ToHaveCountAsync(0);
                    if (await window.Page.Locator("iframe").CountAsync() > 0)
                    {
                        await Assertions.Expect(window.Page.FrameLocator("iframe").Locator("h1").First).ToBeVisibleAsync();
                    }

                    var tall = await window.Page.EvaluateAsync<int>("() => document.documentElement.scrollHeight");
                    await window.Page.ScreenshotAsync(new()
                    {
                        Path = Path.Combine(folder!, $"{language}-{(dark ? "dark" : "light")}-{width}-{name}.png"),
                        FullPage = true,
                        Clip = new Clip { X = 0, Y = 0, Width = width, Height = Math.Min(tall, TallestShown) },
                    });
                }

                window.Forgive();
            }
        }
    }

    private static async Task<IReadOnlyList<(string Name, string Place)>> ViewsAsync(Uri server)
    {
        using var client = new HttpClient { BaseAddress = server };
        var stop = TestContext.Current.CancellationToken;
        async Task<JsonElement> GetAsync(string path) => JsonDocument.Parse(await client.GetStringAsync(path, stop)).RootElement;
        var runs = (await GetAsync("/api/runs?limit=50")).GetProperty("items").EnumerateArray().Where(r => r.GetProperty("period").GetString() != "initial").ToArray();
        var (pipeline, period) = (runs[0].GetProperty("pipeline").GetString()!, runs[0].GetProperty("period").GetString()!);
        var ids = runs.Select(r => r.GetProperty("runId").GetString()!).Take(2).ToArray();
        var models = (await GetAsync($"/api/pipelines/{pipeline}/models")).GetProperty("models").GetProperty("items").EnumerateArray().Select(m => m.GetProperty("version").GetString()!).Take(2).ToArray();
        var of = $"/#/pipelines/{pipeline}";
        return
        [
            ("01-overview", "/#/"), ("02-pipeline", of), ("03-runs", "/#/runs"), ("04-run", $"/#/runs/{ids[0]}"), ("05-models", $"{of}/models"), ("06-model", $"{of}/models/{models[0]}"),
            ("07-compare", $"{of}/compare/{string.Join('/', models)}"), ("08-compare-runs", $"/#/compare/{string.Join('/', ids)}"), ("09-data", $"{of}/data"), ("10-definition", $"{of}/definition"),
            ("11-changes", $"{of}/changes"), ("12-new", "/#/new"), ("13-report", $"{of}/report/{period}"), ("14-lost", "/#/nowhere"),
        ];
    }
}
