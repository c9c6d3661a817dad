namespace MlOps.Web.Tests.Api;

/// <summary>Runs and models found again by what they measured and by what people have written on them.</summary>
[Collection(TrainedApiCollection.Name)]
public sealed class FindApiTests(TrainedApi trained)
{
    [Fact]
    public async Task A_run_is_found_by_its_metric_and_its_tag_until_the_tag_is_taken_away()
    {
        var run = (await trained.System.GetAsync("/api/runs?pipeline=credit&period=20201001")).GetProperty("items")[0].GetProperty("runId").GetString()!;
        await trained.System.SendAsync(HttpMethod.Put, $"/api/runs/{run}/tags", ApiSystem.Json(new { tags = (string[])["audit", "q4"], note = "for the board" }));

        Assert.Equal([run], await RunsAsync("auc > 0.5 and tag = audit"));
        Assert.Equal([run], await RunsAsync("\"for the board\""));
        Assert.Empty(await RunsAsync("auc > 0.99 and tag = audit"));
        Assert.DoesNotContain(run, await RunsAsync("not tag = audit and state = succeeded"));
        Assert.Equal(["audit", "q4"], (await trained.System.GetAsync($"/api/runs/{run}")).GetProperty("run").GetProperty("tags").EnumerateArray().Select(t => t.GetString()));
        Assert.Contains("Did you mean 'auc'?", await RefusedAsync("acu > 0.5"), StringComparison.Ordinal);
        Assert.Contains("ends too early", await RefusedAsync("auc > 0.5 and"), StringComparison.Ordinal);

        await trained.System.SendAsync(HttpMethod.Put, $"/api/runs/{run}/tags", ApiSystem.Json(new { tags = (string[])["<b>"] }), 400);
        await trained.System.SendAsync(HttpMethod.Put, $"/api/runs/{run}/tags", ApiSystem.Json(new { tags = Array.Empty<string>() }));
        Assert.Empty(await RunsAsync("tag = audit"));
        Assert.Equal("tag", (await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/audit")).GetProperty("items")[0].GetProperty("action").GetString());
        await trained.System.SendAsync(HttpMethod.Put, "/api/runs/no-such-run/tags", ApiSystem.Json(new { tags = Array.Empty<string>() }), 404);

        async Task<string> RefusedAsync(string where) =>
            (await trained.System.SendAsync(HttpMethod.Get, $"/api/runs?pipeline=credit&where={Uri.EscapeDataString(where)}", expected: 400)).GetProperty("detail").GetString()!;
    }

    [Fact]
    public async Task A_model_is_found_by_metric_parameter_alias_and_tag()
    {
        var models = await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/models");
        var champion = models.GetProperty("champion").GetString()!;
        var auc = models.GetProperty("models").GetProperty("items").EnumerateArray().ToDictionary(m => m.GetProperty("version").GetString()!, m => m.GetProperty("metrics").GetProperty("test").GetProperty("auc").GetDouble());
        var best = auc.MaxBy(m => m.Value);
        var between = System.FormattableString.Invariant($"{(auc.Values.Max() + auc.Values.Min()) / 2}");

        Assert.Equal([champion], await ModelsAsync("alias = champion"));
        Assert.Equal([best.Key], await ModelsAsync($"auc > {between} and num_leaves = 7"));
        await trained.System.SendAsync(HttpMethod.Put, $"/api/pipelines/{TrainedApi.Pipeline}/models/{champion}/tags", ApiSystem.Json(new { tags = (string[])["audit"], note = "signed" }));
        Assert.Equal([champion], await ModelsAsync("tag = audit and note ~ sign"));
        Assert.Equal("audit", (await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/models")).GetProperty("tags").GetProperty(champion).GetProperty("tags")[0].GetString());
        await trained.System.SendAsync(HttpMethod.Put, $"/api/pipelines/{TrainedApi.Pipeline}/models/{champion}/tags", ApiSystem.Json(new { }));
        Assert.Empty(await ModelsAsync("tag = audit"));
    }

    private async Task<IEnumerable<string>> RunsAsync(string where) =>
        (await trained.System.GetAsync($"/api/runs?pipeline=credit&where={Uri.EscapeDataString(where)}")).GetProperty("items").EnumerateArray().Select(r => r.GetProperty("runId").GetString()!);

    private async Task<IEnumerable<string>> ModelsAsync(string where) =>
        (await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/models?where={Uri.EscapeDataString(where)}")).GetProperty("models").GetProperty("items").EnumerateArray().Select(r => r.GetProperty("version").GetString()!);
}
