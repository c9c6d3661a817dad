using System.Text.Json;
using MlOps.Tabular;

namespace MlOps.Web.Tests.Api;

/// <summary>What scores let decide, against the published files.</summary>
[Collection(TrainedApiCollection.Name)]
public sealed class DecisionsApiTests(TrainedApi trained)
{
    [Fact]
    public async Task A_runs_thresholds_count_the_rows_of_its_published_file()
    {
        var run = await RunAsync("20201101");
        var decisions = await trained.System.GetAsync($"/api/runs/{run}/decisions");
        var published = Records(await trained.System.Client.GetByteArrayAsync($"/api/pipelines/{TrainedApi.Pipeline}/periods/20201101/predictions.csv", TestContext.Current.CancellationToken));
        var truth = Records(trained.November).ToDictionary(r => r["ID"], r => r["TARGET"] == "1");

        Assert.Equal(("period", "20201101", 10_000), (decisions.GetProperty("part").GetString(), decisions.GetProperty("period").GetString(), decisions.GetProperty("rows").GetInt32()));
        var scored = published.Select(r => (Score: double.Parse(r["SCORE"], System.Globalization.CultureInfo.InvariantCulture), Positive: truth[r["ID"]], Predicted: r["TARGET"] == "1")).ToArray();
        var thresholds = decisions.GetProperty("thresholds").EnumerateArray().ToArray();
        Assert.InRange(thresholds.Length, 50, 201);
        Assert.All(thresholds, t =>
        {
            var above = scored.Where(s => s.Score >= t.GetProperty("threshold").GetDouble()).ToArray();
            Assert.Equal((above.Length, above.Count(s => s.Positive)), (t.GetProperty("predicted").GetInt32(), t.GetProperty("found").GetInt32()));
        });
        var own = thresholds.Single(t => t.GetProperty("threshold").GetDouble() == decisions.GetProperty("threshold").GetDouble());
        Assert.Equal(scored.Count(s => s.Predicted), own.GetProperty("predicted").GetInt32());
        Assert.Equal(1, decisions.GetProperty("deciles").EnumerateArray().Last().GetProperty("gain").GetDouble());
    }

    [Fact]
    public async Task Of_test_rows_the_models_own_figures_come_back()
    {
        var run = await RunAsync("20201101");
        var decisions = await trained.System.GetAsync($"/api/runs/{run}/decisions?rows=test");
        var version = decisions.GetProperty("modelVersion").GetString();
        var test = (await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/models/{version}")).GetProperty("metrics").GetProperty("test");
        var own = decisions.GetProperty("thresholds").EnumerateArray().Single(t => t.GetProperty("threshold").GetDouble() == decisions.GetProperty("threshold").GetDouble());

        Assert.Equal("test", decisions.GetProperty("part").GetString());
        Assert.Equal(test.GetProperty("recall").GetDouble(), own.GetProperty("recall").GetDouble(), 1e-12);
        Assert.Equal(test.GetProperty("precision").GetDouble(), own.GetProperty("precision").GetDouble(), 1e-12);
        Assert.Equal(test.GetProperty("false_positives").GetDouble() + test.GetProperty("false_negatives").GetDouble(), own.GetProperty("cost").GetDouble());
        var ofModel = await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/models/{version}/decisions");
        Assert.Equal(decisions.GetRawText(), ofModel.GetRawText());
        await trained.System.SendAsync(HttpMethod.Get, $"/api/runs/{run}/decisions?rows=all", expected: 400);
        await trained.System.SendAsync(HttpMethod.Get, $"/api/runs/{await RunAsync("initial")}/decisions", expected: 404);
    }

    private async Task<string> RunAsync(string period) =>
        (await trained.System.GetAsync($"/api/runs?pipeline=credit&period={period}")).GetProperty("items")[0].GetProperty("runId").GetString()!;

    private static IEnumerable<Dictionary<string, string>> Records(byte[] csv)
    {
        var records = CsvFile.ReadRecords(new MemoryStream(csv)).ToArray();
        return records.Skip(1).Select(r => records[0].Zip(r).ToDictionary(c => c.First, c => c.Second));
    }
}
