using System.Text.Json;
using MlOps.Boosting;
using MlOps.Learning.Tests.Onnx;
using MlOps.Pipeline.Serving;
using MlOps.Pipeline.Tests.Steps;
using MlOps.Testing;
using YamlDotNet.RepresentationModel;

namespace MlOps.Pipeline.Tests.Registry;

/// <summary>A version's folder holds the documented fields of an MLflow model with the LightGBM flavour.</summary>
public sealed class MlflowLayoutTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_version_is_an_MLflow_model_with_the_documented_fields()
    {
        var (pipeline, run) = await RunAsync(SmallCase.Definition);
        async Task<string> Read(string name) => (await ReadAsync(pipeline, run, name)).ToString();

        var model = Yaml(await Read("MLmodel"));
        Assert.Equal(
            ["artifact_path", "flavors", "mlflow_version", "model_uuid", "run_id", "signature", "utc_time_created"],
            model.Children.Keys.Select(k => ((YamlScalarNode)k).Value).Order());
        var (native, generic) = (Map(model, "flavors", "lightgbm"), Map(model, "flavors", "python_function"));
        Assert.Equal("lightgbm.basic.Booster", Text(native, "model_class"));
        Assert.Equal("mlflow.lightgbm", Text(generic, "loader_module"));
        Assert.Matches("^[0-9a-f]{32}$", Text(model, "model_uuid"));
        Assert.True(DateTime.TryParse(Text(model, "utc_time_created"), out _));

        // The files that the description names are there, and the model is the one that predicts.
        Assert.Equal(Text(native, "data"), Text(generic, "data"));
        var booster = Booster.Load(await Read(Text(native, "data")));
        Assert.Equal(await Read("model.txt"), await Read("model.lgb"));
        Assert.Contains("lightgbm==" + Text(native, "lgb_version"), await Read("requirements.txt"), StringComparison.Ordinal);
        Assert.Equal(Text(generic, "python_version"), Text(Yaml(await Read(Text(Map(generic, "env"), "virtualenv"))), "python"));
        Assert.Contains("conda-forge", await Read(Text(Map(generic, "env"), "conda")), StringComparison.Ordinal);

        // A signature is JSON in a text: one typed column a feature, and a tensor of scores.
        using var inputs = JsonDocument.Parse(Text(Map(model, "signature"), "inputs"));
        Assert.Equal(booster.FeatureNames, inputs.RootElement.EnumerateArray().Select(c => c.GetProperty("name").GetString()));
        Assert.All(inputs.RootElement.EnumerateArray(), c => Assert.Equal("double", c.GetProperty("type").GetString()));
        using var outputs = JsonDocument.Parse(Text(Map(model, "signature"), "outputs"));
        var tensor = outputs.RootElement[0];
        Assert.Equal(("tensor", "float64", -1), (
            tensor.GetProperty("type").GetString(), tensor.GetProperty("tensor-spec").GetProperty("dtype").GetString(), tensor.GetProperty("tensor-spec").GetProperty("shape")[0].GetInt32()));
    }

    [Fact]
    public async Task With_onnx_asked_for_the_folder_holds_the_whole_scoring_with_MLflow_s_flavour_for_it()
    {
        var (pipeline, run) = await RunAsync(SmallCase.Definition + "\noutput: {onnx: true}");

        var flavour = Map(Yaml((await ReadAsync(pipeline, run, "MLmodel")).ToString()), "flavors", "onnx");
        Assert.Equal(["code", "data", "onnx_version", "providers"], flavour.Children.Keys.Select(k => ((YamlScalarNode)k).Value).Order());
        var bytes = (await ReadAsync(pipeline, run, Text(flavour, "data"))).ToArray();
        using var onnx = new OnnxScorer(bytes);
        Assert.Equal(["A", "B", "KIND"], onnx.Inputs);
        var served = await ServedModel.LoadAsync(pipeline.Steps.Models, pipeline.Steps.Definitions, pipeline.Pipeline, run.Model.Version, TestContext.Current.CancellationToken);
        Assert.Equal(bytes, served.ToOnnx(pipeline.Pipeline).Bytes);
        var probability = onnx.Run<double>(new Dictionary<string, Array> { ["A"] = new[] { 0.25 }, ["B"] = new[] { double.NaN }, ["KIND"] = new[] { "y" } }, "probability");
        var rows = JsonRows.Read("""[{"A": 0.25, "B": null, "KIND": "y"}]"""u8.ToArray());
        Assert.Equal(served.Score(rows, cancellation: TestContext.Current.CancellationToken)[0].Score, Assert.Single(probability), 1e-12);

        // The same model and predictions: the key is in no step's.
        var (_, plain) = await RunAsync(SmallCase.Definition);
        Assert.Equal((plain.Model.Version, plain.Predict.PredictionsSha256), (run.Model.Version, run.Predict.PredictionsSha256));
    }

    private async Task<(TestPipeline Pipeline, TestRun Run)> RunAsync(string definition)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, definition);
        return (pipeline, await pipeline.RunAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(50, 2, 5001)), await pipeline.DropAsync("initial", SmallCase.Csv(600, 1))));
    }

    private static async Task<BinaryData> ReadAsync(TestPipeline pipeline, TestRun run, string name) =>
        (await pipeline.Account.Artifacts.GetBlobClient($"{TestPipeline.Name}/models/{run.Model.Version}/{name}").DownloadContentAsync()).Value.Content;

    private static YamlMappingNode Yaml(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    private static YamlMappingNode Map(YamlMappingNode node, params string[] path) =>
        path.Aggregate(node, (at, key) => (YamlMappingNode)at.Children[new YamlScalarNode(key)]);

    private static string Text(YamlMappingNode node, string key) => ((YamlScalarNode)node.Children[new YamlScalarNode(key)]).Value!;
}
