using System.Text.Json;

namespace MlOps.Web.Tests.Api;

/// <summary>Any number of models and runs beside each other.</summary>
[Collection(TrainedApiCollection.Name)]
public sealed class ComparisonApiTests(TrainedApi trained)
{
    private const string Home = $"/api/pipelines/{TrainedApi.Pipeline}/models";

    private ApiSystem System => trained.System;

    [Fact]
    public async Task Models_of_any_number_have_the_figures_of_two_and_the_difference_turns_with_the_order()
    {
        var versions = await VersionsAsync();
        var two = (await System.GetAsync($"{Home}/{versions[0]}/compare/{versions[1]}")).GetProperty("sameRows");
        var one = await System.GetAsync($"{Home}/compare?version={versions[0]}&version={versions[1]}");
        var turned = (await System.GetAsync($"{Home}/compare?version={versions[1]}&version={versions[0]}")).GetProperty("sameRows");
        var many = one.GetProperty("sameRows");

        Assert.Equal(two.GetProperty("rows").GetInt32(), many.GetProperty("rows").GetInt32());
        Assert.Equal(two.GetProperty("rowsOf").GetString(), turned.GetProperty("rowsOf").GetString());
        foreach (var metric in two.GetProperty("metrics").EnumerateObject())
        {
            var of = many.GetProperty("metrics").GetProperty(metric.Name);
            Assert.Equal(metric.Value.GetProperty("left").GetDouble(), of.GetProperty("values")[0].GetDouble());
            Assert.Equal(metric.Value.GetProperty("right").GetDouble(), of.GetProperty("values")[1].GetDouble());
            Assert.Equal(JsonValueKind.Null, of.GetProperty("differences")[0].ValueKind);
            var back = turned.GetProperty("metrics").GetProperty(metric.Name).GetProperty("differences")[1];
            Assert.Equal(-of.GetProperty("differences")[1].GetProperty("value").GetDouble(), back.GetProperty("value").GetDouble(), 12);
        }

        // Only the gate's metric is tested, and the test turns with the order.
        var gate = many.GetProperty("metric").GetString()!;
        var (there, here) = (many.GetProperty("metrics").GetProperty(gate).GetProperty("differences")[1], turned.GetProperty("metrics").GetProperty(gate).GetProperty("differences")[1]);
        Assert.Equal(-there.GetProperty("low").GetDouble(), here.GetProperty("high").GetDouble(), 9);
        Assert.Equal(-there.GetProperty("high").GetDouble(), here.GetProperty("low").GetDouble(), 9);
        Assert.Equal(Mark(there) is { } better ? !better : null, Mark(here));
        Assert.All(many.GetProperty("metrics").EnumerateObject().Where(m => m.Name != gate), m => Assert.Equal(JsonValueKind.Null, m.Value.GetProperty("differences")[1].GetProperty("low").ValueKind));
        var (low, high) = (there.GetProperty("low").GetDouble(), there.GetProperty("high").GetDouble());
        Assert.Equal(low > 0 || high < 0, Mark(there) is not null);

        Assert.Equal(2, one.GetProperty("verdicts").GetArrayLength());
        Assert.Contains(one.GetProperty("periods").EnumerateArray(), p => p.GetProperty("period").GetString() == "20201101" && p.GetProperty("values").EnumerateArray().All(v => v.ValueKind == JsonValueKind.Number));
    }

    [Fact]
    public async Task Runs_are_beside_each_other_with_their_models_on_the_same_rows()
    {
        var runs = (await System.GetAsync($"/api/runs?pipeline={TrainedApi.Pipeline}&state=succeeded")).GetProperty("items").EnumerateArray().Select(r => r.GetProperty("runId").GetString()!).ToArray();
        var all = await System.GetAsync($"/api/runs/compare?{string.Join('&', runs.Select(r => $"run={r}"))}");

        Assert.Equal(runs, all.GetProperty("runIds").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal(2, all.GetProperty("models").GetProperty("versions").GetArrayLength());
        Assert.Equal(runs.Length, all.GetProperty("metrics").GetProperty("test/auc").GetArrayLength());
        Assert.True(all.GetProperty("higherIsBetter").GetProperty("test/auc").GetBoolean());
        Assert.Contains("20201101", all.GetProperty("facts").GetProperty("period").EnumerateArray().Select(p => p.GetString()));

        var history = runs.First(r => r.Contains("initial", StringComparison.Ordinal));
        var other = await System.GetAsync($"/api/runs/compare?run={history}&run={runs.First(r => r != history)}");
        Assert.Equal("compare-one-model", other.GetProperty("problem").GetProperty("code").GetString());
    }

    [Fact]
    public async Task One_more_than_twenty_or_the_same_twice_is_refused_with_the_rule()
    {
        var versions = await VersionsAsync();
        foreach (var (query, status, text) in new[]
        {
            ($"version={versions[0]}", 400, "From 2 to 20"), (string.Join('&', Enumerable.Range(0, 21).Select(i => $"version=v{i}")), 400, "21 are named"),
            ($"version={versions[0]}&version={versions[0]}", 400, "is named twice"), ($"version={versions[0]}&version=none", 404, "has no model none"),
            ($"version={versions[0]}&version=..%2F..%2Fdefinitions", 400, "is not a model version"),
        })
        {
            var problem = await System.SendAsync(HttpMethod.Get, $"{Home}/compare?{query}", expected: status);
            Assert.Contains(text, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        await System.SendAsync(HttpMethod.Get, "/api/runs/compare?run=one&run=two", expected: 404);
        await System.SendAsync(HttpMethod.Get, "/api/runs/compare?run=one", expected: 400);
    }

    private static bool? Mark(JsonElement difference) => difference.GetProperty("isBetter").ValueKind == JsonValueKind.Null ? null : difference.GetProperty("isBetter").GetBoolean();

    private async Task<string[]> VersionsAsync() =>
        [.. (await System.GetAsync(Home)).GetProperty("models").GetProperty("items").EnumerateArray().Select(m => m.GetProperty("version").GetString()!)];
}
