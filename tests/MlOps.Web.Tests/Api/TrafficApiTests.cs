using System.Collections.Concurrent;
using System.Text.Json;
using MlOps.Tabular;
using MlOps.Testing;

namespace MlOps.Web.Tests.Api;

[Collection(TrainedApiCollection.Name)]
public sealed class TrafficApiTests(TrainedApi trained) : IAsyncLifetime
{
    private const string Home = $"/api/pipelines/{TrainedApi.Pipeline}";
    private const string Score = $"{Home}/score";

    private string champion = "";
    private string other = "";

    private ApiSystem System => trained.System;

    public async ValueTask InitializeAsync()
    {
        var models = await System.GetAsync($"{Home}/models");
        champion = models.GetProperty("champion").GetString()!;
        other = models.GetProperty("models").GetProperty("items").EnumerateArray().Select(m => m.GetProperty("version").GetString()!).First(v => v != champion);
    }

    public async ValueTask DisposeAsync() => await SetAsync(new { share = 0 });

    [Fact]
    public async Task The_challengers_share_is_kept_within_one_percent_over_ten_thousand_requests_and_an_id_stays_with_its_model()
    {
        var rows = TrainedApi.Records(trained.November);
        var whole = new Dictionary<string, Dictionary<string, double>>();
        foreach (var (version, share) in new[] { (other, 1.0), (champion, 0.0) })
        {
            await SetAsync(new { challenger = other, share });
            whole.Add(version, (await AskAsync(rows)).ToDictionary(a => a.Id, a => a.Version == version ? a.Score : throw new InvalidOperationException($"{a.Version} answered.")));
        }

        await SetAsync(new { challenger = other, share = 0.2 });
        var answers = new ConcurrentDictionary<string, string>();
        await Parallel.ForEachAsync(rows, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Stop }, async (row, _) =>
        {
            var answer = Assert.Single(await AskAsync([row]));
            Assert.Equal(whole[answer.Version][answer.Id], answer.Score);
            answers[answer.Id] = answer.Version;
        });
        Assert.Equal(10_000, answers.Count);
        Assert.InRange(answers.Values.Count(v => v == other) / 10_000.0, 0.19, 0.21);

        // The same ids in requests of a thousand rows meet the same models.
        foreach (var part in rows.Chunk(1000))
        {
            Assert.All(await AskAsync(part), a => Assert.Equal((answers[a.Id], whole[answers[a.Id]][a.Id]), (a.Version, a.Score)));
        }
    }

    [Fact]
    public async Task Where_two_models_answer_every_form_of_the_answer_names_both()
    {
        await SetAsync(new { challenger = other, share = 0.5 });
        var rows = TrainedApi.Records(trained.November).Take(200).ToArray();
        var versions = (await AskAsync(rows)).Select(a => a.Version).ToArray();
        Assert.Equal(2, versions.Distinct().Count());
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Score}?reasons=1") { Content = ApiSystem.Json(rows), Headers = { { "Accept", "text/csv" } } };
        using var response = await System.Client.SendAsync(request, Stop);
        Assert.Equal($"{champion}, {other}", Assert.Single(response.Headers.GetValues("X-Model-Version")));
        var file = CsvFile.ReadRecords(await response.Content.ReadAsStreamAsync(Stop)).ToArray();
        Assert.Equal("MODEL_VERSION", file[0][^1]);
        Assert.Equal(versions, file.Skip(1).Select(r => r[^1]));
        var invoked = await System.SendAsync(HttpMethod.Post, $"{Home}/invocations", ApiSystem.Json(new { dataframe_records = rows }));
        Assert.Equal(versions, invoked.GetProperty("modelVersions").EnumerateArray().Select(v => v.GetString()!));
    }

    [Fact]
    public async Task What_the_shadow_would_have_answered_is_recorded_and_never_returned()
    {
        var rows = TrainedApi.Records(trained.November).Take(50).ToArray();
        await SetAsync(new { challenger = other, share = 1 });
        var expected = (await AskAsync(rows)).ToDictionary(a => a.Id, a => a.Score);
        await SetAsync(new { shadow = other });
        using var response = await System.Client.PostAsync(Score, ApiSystem.Json(rows), Stop);
        Assert.Equal(champion, Assert.Single(response.Headers.GetValues("X-Model-Version")));
        var text = await response.Content.ReadAsStringAsync(Stop);
        Assert.DoesNotContain(other, text, StringComparison.Ordinal);
        var answered = JsonDocument.Parse(text).RootElement.GetProperty("rows").EnumerateArray().ToDictionary(r => r.GetProperty("id").GetString()!, r => r.GetProperty("score").GetDouble());

        string? path = null;
        await Eventually.IsSoAsync(() => (path = System.GetAsync($"{Home}/shadow").Result.GetProperty("items").EnumerateArray().Select(f => f.GetProperty("path").GetString()).FirstOrDefault()) is not null);
        var recorded = CsvFile.ReadRecords(new MemoryStream(await System.Client.GetByteArrayAsync(path, Stop))).Skip(1).ToArray();
        Assert.Equal(rows.Length, recorded.Length);
        Assert.All(recorded, r => Assert.Equal((champion, answered[r[1]], other, expected[r[1]]), (r[2], double.Parse(r[4]), r[5], double.Parse(r[7]))));
        await System.SendAsync(HttpMethod.Get, $"{Home}/shadow/..%2Fledger.json", expected: 400);
    }

    [Fact]
    public async Task Traffic_changes_only_from_the_state_that_was_read_and_only_to_models_that_exist()
    {
        await System.SendAsync(HttpMethod.Put, $"{Home}/traffic", ApiSystem.Json(new { challenger = other, share = 0.5 }), 428);
        await System.SendAsync(HttpMethod.Put, $"{Home}/traffic", ApiSystem.Json(new { challenger = other, share = 0.5 }), 412, ("If-Match", "\"0x1\""));
        await SetAsync(new { challenger = "none", share = 0.5 }, 409);
        await SetAsync(new { challenger = other, share = 1.5 }, 409);
        await SetAsync(new { share = 0.5 }, 409);
        await SetAsync(new { shadow = "none" }, 409);
        await SetAsync(new { challenger = other, share = 0.25 });
        var now = await System.GetAsync($"{Home}/traffic");
        Assert.Equal((champion, other, 0.25), (now.GetProperty("champion").GetString(), now.GetProperty("challenger").GetString(), now.GetProperty("share").GetDouble()));
        var audit = (await System.GetAsync($"{Home}/audit")).GetProperty("items")[0];
        Assert.Equal(("traffic", "done"), (audit.GetProperty("action").GetString(), audit.GetProperty("outcome").GetString()));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<IReadOnlyList<(string Id, string Version, double Score)>> AskAsync(IReadOnlyCollection<Dictionary<string, object?>> rows)
    {
        var answer = await System.SendAsync(HttpMethod.Post, Score, ApiSystem.Json(rows));
        return [.. answer.GetProperty("rows").EnumerateArray().Select(r => (r.GetProperty("id").GetString()!, r.GetProperty("modelVersion").GetString()!, r.GetProperty("score").GetDouble()))];
    }

    private async Task SetAsync(object traffic, int expected = 200)
    {
        using var read = await System.Client.GetAsync($"{Home}/traffic", Stop);
        await System.SendAsync(HttpMethod.Put, $"{Home}/traffic", ApiSystem.Json(traffic), expected, ("If-Match", read.Headers.ETag!.ToString()));
    }
}
