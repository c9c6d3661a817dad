using System.IO.Compression;
using System.Net;

namespace MlOps.Web.Tests.Api;

/// <summary>Everything about one model, and the model to take along.</summary>
[Collection(TrainedApiCollection.Name)]
public sealed class ModelCardApiTests(TrainedApi trained)
{
    [Fact]
    public async Task A_card_says_what_the_model_is_how_it_turned_out_and_what_it_goes_by()
    {
        var models = await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/models");
        var champion = models.GetProperty("champion").GetString()!;
        var card = await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/models/{champion}/card");

        Assert.Equal("champion", Assert.Single(card.GetProperty("aliases").EnumerateArray()).GetString());
        Assert.False(card.GetProperty("refused").GetBoolean());
        Assert.Equal(1, card.GetProperty("columns").EnumerateArray().Sum(c => c.GetProperty("share").GetDouble()), 1e-9);
        var shares = card.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("share").GetDouble()).ToArray();
        Assert.Equal(shares.OrderDescending(), shares);
        var roc = card.GetProperty("evaluation").GetProperty("roc").EnumerateArray().ToArray();
        Assert.Equal((0, 1), (roc[0].GetProperty("x").GetDouble(), roc[^1].GetProperty("y").GetDouble()));
        Assert.Equal(["initial", "20201001"], card.GetProperty("model").GetProperty("history").EnumerateArray().Select(h => h.GetProperty("period").GetString()).Order().Reverse());
        var performance = (await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/performance")).GetProperty("items").EnumerateArray().First(p => p.GetProperty("modelVersion").GetString() == champion);
        var period = card.GetProperty("periods").EnumerateArray().First(p => p.GetProperty("period").GetString() == performance.GetProperty("period").GetString());
        Assert.Equal(performance.GetProperty("metrics").GetProperty("drop").GetProperty("auc").GetDouble(), period.GetProperty("metrics").GetProperty("auc").GetDouble(), 1e-12);
        await trained.System.SendAsync(HttpMethod.Get, $"/api/pipelines/{TrainedApi.Pipeline}/models/20201001-00000000/card", expected: 404);
    }

    [Fact]
    public async Task The_folder_for_mlflow_is_a_zip_of_the_listed_files_with_the_same_bytes_each_time()
    {
        var (stop, version) = (TestContext.Current.CancellationToken, (await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/models")).GetProperty("champion").GetString()!);
        var at = $"/api/pipelines/{TrainedApi.Pipeline}/models/{version}";
        var files = (await trained.System.GetAsync($"{at}/files")).GetProperty("items").EnumerateArray().ToDictionary(f => f.GetProperty("name").GetString()!, f => f.GetProperty("path").GetString()!);
        var bytes = await trained.System.Client.GetByteArrayAsync($"{at}/mlflow.zip", stop);

        Assert.Equal(bytes, await trained.System.Client.GetByteArrayAsync($"{at}/mlflow.zip", stop));
        await using var zip = new ZipArchive(new MemoryStream(bytes));
        Assert.Equal(files.Keys.Select(f => $"{version}/{f}").Order(StringComparer.Ordinal), zip.Entries.Select(e => e.FullName).Order(StringComparer.Ordinal));
        Assert.Contains($"{version}/MLmodel", zip.Entries.Select(e => e.FullName));
        foreach (var (name, path) in files)
        {
            using var content = new MemoryStream();
            await using var entry = await zip.GetEntry($"{version}/{name}")!.OpenAsync(stop);
            await entry.CopyToAsync(content, stop);
            Assert.Equal(await trained.System.Client.GetByteArrayAsync(path, stop), content.ToArray());
        }

        var onnx = await trained.System.Client.GetByteArrayAsync($"{at}/model.onnx", stop);
        Assert.True(onnx.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(version)) > 0, "the ONNX model does not name its version");
        foreach (var name in (string[])["nothing.txt", "..%2Faliases.json"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await trained.System.Client.GetAsync($"{at}/files/{name}", stop)).StatusCode);
        }
    }

    [Fact]
    public async Task A_promotion_by_hand_keeps_who_and_why()
    {
        var models = await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/models");
        var champion = models.GetProperty("champion").GetString()!;
        var other = models.GetProperty("models").GetProperty("items").EnumerateArray().Select(m => m.GetProperty("version").GetString()!).First(v => v != champion);

        await trained.System.SendAsync(HttpMethod.Post, $"/api/pipelines/{TrainedApi.Pipeline}/models/{other}/promote", ApiSystem.Json(new { why = "" }), 400);
        await trained.System.SendAsync(HttpMethod.Post, $"/api/pipelines/{TrainedApi.Pipeline}/models/{other}/promote", ApiSystem.Json(new { why = "the auditors ask for it" }));
        var release = (await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/releases")).GetProperty("items")[0];
        Assert.Equal("promoted by hand, by local: the auditors ask for it", release.GetProperty("reason").GetString());
        Assert.Equal(["champion"], (await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/models/{other}/card")).GetProperty("aliases").EnumerateArray().Select(a => a.GetString()));
        await trained.System.SendAsync(HttpMethod.Post, $"/api/pipelines/{TrainedApi.Pipeline}/models/{champion}/promote");
        Assert.Equal("promoted by hand", (await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/releases")).GetProperty("items")[0].GetProperty("reason").GetString());
    }
}
