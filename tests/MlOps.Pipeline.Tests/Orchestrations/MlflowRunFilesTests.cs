using System.Globalization;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Backtest;
using YamlDotNet.RepresentationModel;

namespace MlOps.Pipeline.Tests.Orchestrations;

/// <summary>A run's figures stand in MLflow's file store, as its documentation lays it out: a line of three numbers a metric, a text a parameter or tag, and two descriptions.</summary>
public sealed class MlflowRunFilesTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void What_to_expect_of_the_period_is_a_metric_with_its_interval_beside_the_random_test_and_what_came_of_it()
    {
        var expected = ExpectedQuality.Of(TaskKind.Regression, "m3", [Record("20250101", 40), Record("20250201", 50), Record("20250301", 44)], new Dictionary<string, double> { ["rmse"] = 30 });

        var files = MlflowRunFiles.Of(Manifest(new() { ["test"] = new Dictionary<string, double> { ["rmse"] = 30, ["max_error"] = 99 }, ["drop"] = new Dictionary<string, double> { ["rmse"] = 47.5 } }), expected)
            .ToDictionary(f => f.Name, f => f.Text);

        double Metric(string name)
        {
            var fields = files[$"0/run-7/metrics/{name}"].TrimEnd('\n').Split(' ');
            Assert.Equal(3, fields.Length);
            Assert.Equal(At.ToUnixTimeMilliseconds(), long.Parse(fields[0], CultureInfo.InvariantCulture));
            Assert.Equal("0", fields[2]);
            return double.Parse(fields[1], CultureInfo.InvariantCulture);
        }

        var rmse = expected.Metrics[0];
        Assert.Equal((rmse.Point, rmse.Low, rmse.High), (Metric("expected_rmse"), Metric("expected_rmse_lower"), Metric("expected_rmse_upper")));
        Assert.True(rmse.Low < rmse.Point && rmse.Point < rmse.High);
        Assert.Equal((30, 47.5), (Metric("test_rmse"), Metric("drop_rmse")));
        Assert.DoesNotContain(files.Keys, name => name.Contains("max_error", StringComparison.Ordinal));
        Assert.Equal("3", files["0/run-7/params/expected_from_periods"]);
        Assert.Equal("m3", files["0/run-7/params/model_version"]);
        Assert.Equal(expected.Said.ToString(), files["0/run-7/tags/mlflow.note.content"]);
        Assert.StartsWith("Expect RMSE ", files["0/run-7/tags/mlflow.note.content"], StringComparison.Ordinal);
    }

    [Fact]
    public void Before_two_periods_are_measured_nothing_is_called_expected_and_the_count_says_why()
    {
        var expected = ExpectedQuality.Of(TaskKind.Regression, "m1", [Record("20250101", 40)], new Dictionary<string, double> { ["rmse"] = 30 });

        var files = MlflowRunFiles.Of(Manifest(new() { ["test"] = new Dictionary<string, double> { ["rmse"] = 30 } }), expected).ToDictionary(f => f.Name, f => f.Text);

        Assert.DoesNotContain(files.Keys, name => name.Contains("metrics/expected", StringComparison.Ordinal));
        Assert.Equal("1", files["0/run-7/params/expected_from_periods"]);
        Assert.True(files.ContainsKey("0/run-7/metrics/test_rmse"));
    }

    [Fact]
    public void The_descriptions_have_the_documented_fields_and_come_last_so_that_there_is_no_run_before_it_is_whole()
    {
        var files = MlflowRunFiles.Of(Manifest([]), null);

        Assert.Equal(["0/run-7/meta.yaml", "0/meta.yaml"], files.TakeLast(2).Select(f => f.Name));
        var (run, experiment) = (Yaml(files[^2].Text), Yaml(files[^1].Text));
        // Those that MLflow's own reader asks for (mlflow/entities/run_info.py and experiment.py).
        Assert.Superset(
            new HashSet<string> { "artifact_uri", "end_time", "experiment_id", "lifecycle_stage", "run_id", "run_uuid", "start_time", "status", "user_id", "run_name" }, run.Keys.ToHashSet());
        Assert.Equal(("run-7", "0", "3", "active"), (run["run_id"], run["experiment_id"], run["status"], run["lifecycle_stage"]));
        Assert.Equal(("0", "bikes", "active"), (experiment["experiment_id"], experiment["name"], experiment["lifecycle_stage"]));
    }

    private static Dictionary<string, string?> Yaml(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return ((YamlMappingNode)stream.Documents[0].RootNode).Children.ToDictionary(c => ((YamlScalarNode)c.Key).Value!, c => (c.Value as YamlScalarNode)?.Value);
    }

    private static BacktestRecord Record(string period, double rmse) =>
        new(period, "m-" + period, BacktestRecord.New, true, "", "l2", rmse * rmse, new Dictionary<string, double> { ["rmse"] = rmse });

    private static Manifest Manifest(Dictionary<string, IReadOnlyDictionary<string, double>> metrics) => new()
    {
        Pipeline = "bikes", Period = "20250401", Revision = 1, AsOf = At, RunId = "run-7", Predictions = "", PredictionsSha256 = "", Rows = 10, ModelSha256 = "", ModelVersion = "m3", ModelStep = "",
        Promotion = null!, Drop = null!, History = [], DefinitionHash = "", Parameters = new Dictionary<string, string>(), Metrics = metrics, Steps = [], TraceParent = null, CodeVersion = "",
    };
}
