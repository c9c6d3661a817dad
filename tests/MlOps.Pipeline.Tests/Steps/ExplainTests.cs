using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MlOps.Boosting;
using MlOps.Learning.Boosted;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Storage;
using MlOps.Tabular;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

public sealed partial class ExplainTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData("")]
    [InlineData("task: multiclass\n")]
    [InlineData("task: regression\n")]
    public async Task SHAP_sums_to_the_raw_score(string task)
    {
        var label = task.Length == 0 ? "TARGET" : task.Contains("multi", StringComparison.Ordinal) ? "KIND" : "A";
        var (pipeline, run) = await RunAsync(task + SmallCase.Definition.Replace("TARGET", label, StringComparison.Ordinal));
        var context = new StepContext(pipeline.Account, pipeline.Steps.Runner, pipeline.Steps.Definitions, new StepOptions(2));
        var history = await HistoryRows.OpenAsync(context, pipeline.Pipeline, run.Accumulate.RequireKey(), TestContext.Current.CancellationToken);
        var booster = Booster.Load(await pipeline.ReadAsync(run.Train.RequireKey(), "model.txt"));
        var features = TransformApply.Apply(history.Transform, history.Table, history.Rows(Part.Test));
        var contributions = new Contributions(new BoostedModel(booster), history.Transform);

        var values = contributions.Of(features, 0, features[0].Length, 2);

        var raw = booster.Predict(features, PredictionKind.Raw);
        Assert.Equal(raw.Length * (contributions.Columns + 1), values.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            // Both are sums of some hundred leaf values in different orders.
            Assert.Equal(raw[i], values.AsSpan(i * (contributions.Columns + 1), contributions.Columns + 1).ToArray().Sum(), 1e-9);
        }
    }

    [Fact]
    public async Task The_explanation_orders_columns_by_effect_and_sums_up_what_the_model_file_says()
    {
        var (pipeline, run) = await RunAsync(SmallCase.Definition);

        var (result, explanation) = await ExplainAsync(pipeline, run);

        var booster = Booster.Load(await pipeline.ReadAsync(run.Train.RequireKey(), "model.txt"));
        Assert.Equal(["A", "KIND", "B"], explanation.Columns.Select(c => c.Column));
        Assert.Equal(result.Top, explanation.Columns.Select(c => c.Column));
        Assert.Equal(("test", 400), (explanation.Part, explanation.Rows));
        Assert.Equal(booster.FeatureImportance(ImportanceType.Gain).Sum(), explanation.Columns.Sum(c => c.Gain), 6);
        Assert.Equal(booster.FeatureImportance(ImportanceType.Split).Sum(), explanation.Features.Sum(f => f.Splits));
        foreach (var column in explanation.Columns)
        {
            Assert.Equal(400, column.Points.Count);
            Assert.Equal(column.MeanAbsolute, column.Points.Average(p => Math.Abs(p.Contribution)), 1e-5);
        }

        Assert.Contains(explanation.Columns[2].Points, p => p is { Number: null, Text: null });
        Assert.All(explanation.Columns[1].Points, p => Assert.Contains(p.Text, new[] { "x", "y", "z" }));
        var byValue = explanation.Columns[0].Points.OrderBy(p => p.Number).ToArray();
        Assert.True(byValue[..100].Average(p => p.Contribution) < byValue[^100..].Average(p => p.Contribution) - 0.5);
    }

    [Fact]
    public async Task Two_accounts_and_thread_counts_explain_with_the_same_bytes()
    {
        var hashes = new List<string>();
        foreach (var threads in new[] { 1, 2 })
        {
            var (pipeline, run) = await RunAsync(SmallCase.Definition, threads);
            var (result, _) = await ExplainAsync(pipeline, run);
            hashes.Add(ContentHash.Of(System.Text.Encoding.UTF8.GetBytes(await pipeline.ReadAsync(result.RequireKey(), "explanation.json"))));
        }

        Assert.Equal(hashes[0], hashes[1]);
    }

    [Fact]
    public void A_sample_is_seeded_ordered_and_without_repetition()
    {
        int[] rows = [.. Enumerable.Range(0, 1000).Select(i => i * 3)];

        var first = RowSample.Take(rows, 100, 42);

        Assert.Equal(first, RowSample.Take(rows, 100, 42));
        Assert.NotEqual(first, RowSample.Take(rows, 100, 43));
        Assert.Equal(first.Order().Distinct(), first);
        Assert.Equal(100, first.Length);
        Assert.Subset(rows.ToHashSet(), first.ToHashSet());
        Assert.Equal(rows, RowSample.Take(rows, 5000, 1));
    }

    [Fact]
    public async Task Reasons_of_all_columns_add_up_to_the_score_of_their_row()
    {
        var (pipeline, run) = await RunAsync(SmallCase.Definition + "\noutput: {reasons: 3}\n");
        var (_, explanation) = await ExplainAsync(pipeline, run);

        var lines = (await pipeline.ReadAsync(run.Predict.RequireKey(), "predictions.csv")).TrimEnd('\n').Split('\n');

        Assert.Equal("ID,TARGET,SCORE,REASON_1,REASON_2,REASON_3", lines[0]);
        foreach (var line in lines.Skip(1))
        {
            var cells = line.Split(',');
            var p = double.Parse(cells[2], CultureInfo.InvariantCulture);
            var parts = cells[3..].Where(c => c.Length > 0).Select(c => double.Parse(Contribution().Match(c).Groups["value"].Value, CultureInfo.InvariantCulture)).ToArray();
            Assert.Equal(parts.OrderByDescending(Math.Abs), parts);
            // Each reason is rounded to three digits.
            Assert.Equal(Math.Log(p / (1 - p)), explanation.Bias[0] + parts.Sum(), 0.002);
        }

        Assert.Contains(lines, l => l.Contains("B missing (", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("KIND = y (+", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reasons_change_nothing_else_and_are_made_only_where_asked_for()
    {
        var (plain, first) = await RunAsync(SmallCase.Definition);
        var (pipeline, second) = await RunAsync(SmallCase.Definition + "\noutput: {reasons: 1}\n");

        var without = (await plain.ReadAsync(first.Predict.RequireKey(), "predictions.csv")).TrimEnd('\n').Split('\n');
        var with = (await pipeline.ReadAsync(second.Predict.RequireKey(), "predictions.csv")).TrimEnd('\n').Split('\n');

        Assert.Equal(without, with.Select(l => l[..l.LastIndexOf(',')]));
    }

    [Fact]
    public async Task A_reason_never_becomes_a_formula_or_a_second_line()
    {
        const string hostile = "\"=cmd|' /C calc'!A0\n<b>\"";
        var csv = (int rows, int seed, int id) => SmallCase.Csv(rows, seed, id).Replace("ID,A,B,KIND", $"ID,{hostile},B,KIND", StringComparison.Ordinal);
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition + "\noutput: {reasons: 2}\n");
        var initial = await pipeline.DropAsync("initial", csv(600, 1, 1));
        var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", csv(50, 2, 5001)), initial);

        var text = await pipeline.ReadAsync(run.Predict.RequireKey(), "predictions.csv");
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        var records = CsvFile.ReadRecords(stream).ToArray();

        Assert.Equal(51, records.Length);
        Assert.Equal(51, text.TrimEnd('\n').Split('\n').Length);
        Assert.Contains(records.Skip(1).SelectMany(r => r[3..]), c => c.Contains("=cmd", StringComparison.Ordinal));
        Assert.All(records.Skip(1).SelectMany(r => r[3..]), c => Assert.DoesNotMatch("^[=+@-]", c));
    }

    private async Task<(TestPipeline Pipeline, TestRun Run)> RunAsync(string definition, int threads = 2)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, definition, new StepOptions(threads));
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(2000, 1));
        return (pipeline, await pipeline.RunAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(200, 2, 5001)), initial));
    }

    private static async Task<(ExplainResult Result, Explanation Explanation)> ExplainAsync(TestPipeline pipeline, TestRun run)
    {
        var result = await pipeline.Steps.Explain.RunAsync(new ExplainInput(
            "run", TestPipeline.Name, pipeline.DefinitionHash, run.Accumulate.RequireKey(), run.Train.RequireKey()));
        var json = await pipeline.ReadAsync(result.RequireKey(), "explanation.json");
        return (result, JsonSerializer.Deserialize<Explanation>(json, ArtifactJson.Compact)!);
    }

    [GeneratedRegex(@"\((?<value>[+-]?[0-9.]+)\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Contribution();
}
